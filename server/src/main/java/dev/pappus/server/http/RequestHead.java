package dev.pappus.server.http;

import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.server.access.Tokens;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a request says before its body. Immutable once the request has been read. */
public final class RequestHead {
  private final HttpRequest request;
  private final String path;
  private final @Nullable String query;

  RequestHead(HttpRequest request) {
    this.request = request;
    String target = withoutAuthority(request.uri());
    int mark = target.indexOf('?');
    this.path = mark < 0 ? target : target.substring(0, mark);
    this.query = mark < 0 ? null : target.substring(mark + 1);
  }

  /** Clients that take us for a proxy send {@code http://host/path}. */
  private static String withoutAuthority(String target) {
    if (target.startsWith("/")) {
      return target;
    }
    int scheme = target.indexOf("://");
    if (scheme < 0) {
      return target;
    }
    int slash = target.indexOf('/', scheme + 3);
    return slash < 0 ? "/" : target.substring(slash);
  }

  /** {@code GET}, {@code POST}, … */
  public String method() {
    return request.method().name();
  }

  /** The path as it was sent, without the query; not percent-decoded. */
  public String path() {
    return path;
  }

  /**
   * The query's parameters, decoded.
   *
   * @throws ProblemException BAD_REQUEST if it is malformed
   */
  public Map<String, List<String>> query() {
    if (query == null) {
      return Map.of();
    }
    try {
      return new QueryStringDecoder(query, false).parameters();
    } catch (IllegalArgumentException e) {
      throw new ProblemException(
          Problem.of(ProblemCode.BAD_REQUEST, "the query of the URL is malformed")
              .withHint("percent-encode special characters, for example with curl -G"),
          e);
    }
  }

  /** The query as it was sent, without the question mark; empty if there is none. */
  public String rawQuery() {
    return query == null ? "" : query;
  }

  /** All values of a header field, in order. */
  public List<String> headers(String name) {
    return request.headers().getAll(name);
  }

  /**
   * All header fields, in order, but for the caller's token, which is between them and the node.
   */
  public List<Map.Entry<String, String>> headers() {
    return request.headers().entries().stream().filter(field -> !isToken(field)).toList();
  }

  private static boolean isToken(Map.Entry<String, String> field) {
    return field.getKey().equalsIgnoreCase("authorization")
        && field.getValue().contains(Tokens.PREFIX);
  }

  /** The first value of a header field, or null. */
  public @Nullable String header(String name) {
    return request.headers().get(name);
  }
}
