package dev.pappus.communication;

import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.ProtocolVersion;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer, with the redirects between them. Used once, by one thread; whoever
 * owns the thread ends the exchange early by interrupting it.
 */
final class HttpExchange {
  private static final Set<String> CREDENTIALS =
      Set.of("authorization", "cookie", "cookie2", "host");
  private static final int FIRST_BUFFER_BYTES = 16 << 10;
  private static final int ARRAY_MAX = Integer.MAX_VALUE - 8;

  /** A redirect's own body is read, to keep the connection, if it is no longer than this. */
  private static final int REDIRECT_BODY_BYTES_MAX = 16 << 10;

  private final HttpTransport transport;
  private final Limits limits;
  private final OutputBudget budget;
  private final HttpRequestItem item;

  private String method;
  private HttpUrl url;
  private List<HttpHeader> headers;
  private MemorySegment body;
  private int redirects;
  private long bytesTaken;

  HttpExchange(HttpTransport transport, Limits limits, OutputBudget budget, HttpRequestItem item) {
    this.transport = transport;
    this.limits = limits;
    this.budget = budget;
    this.item = item;
    method = item.method();
    url = item.url();
    headers = item.headers();
    body = item.body();
  }

  /** The request under way for messages, {@code GET http://host/path}. */
  String what() {
    return Names.printable(method) + " " + url.display();
  }

  /** Whether a server has sent the exchange elsewhere. */
  boolean redirected() {
    return redirects > 0;
  }

  /** What {@code failure}, thrown by {@link #run}, means. */
  Problem toProblem(Exception failure) {
    return switch (failure) {
      case IOException e -> HttpFailures.toProblem(what(), url, e);
      case ProblemException e -> {
        Problem problem = e.problem();
        String hint = problem.hint();
        yield problem.code() == ProblemCode.EGRESS_DENIED && redirected() && hint != null
            ? Problem.of(
                    ProblemCode.EGRESS_DENIED,
                    "%s, where %s was redirected",
                    problem.detail(),
                    item.url().display())
                .withHint(hint)
            : problem;
      }
      default -> throw new IllegalArgumentException(failure);
    };
  }

  /** Gives back what the answer took of the budget, because it is thrown away. */
  void giveBack() {
    budget.take(-bytesTaken);
    bytesTaken = 0;
  }

  private void take(int bytes) {
    bytesTaken += bytes;
    budget.take(bytes);
  }

  /**
   * Sends the request once and reads the answer.
   *
   * @throws ProblemException when the policy, a limit or the item's expectation ends it
   * @throws IOException when the exchange breaks
   */
  HttpAnswer run() throws IOException {
    while (true) {
      try (ClassicHttpResponse response = transport.send(method, url, headers, body)) {
        HttpAnswer answer;
        try {
          answer = finishOrFollow(response);
        } finally {
          // A body that is read to its end has given the connection back; one that is not must not
          // be drained by closing the response, it may have no end.
          response.setEntity(null);
        }
        if (answer != null) {
          return answer;
        }
      }
    }
  }

  /** The answer, or null after moving on to where it redirects to. */
  private @Nullable HttpAnswer finishOrFollow(ClassicHttpResponse response) throws IOException {
    checkHeaders(response);
    Header location = isRedirect(response.getCode()) ? response.getFirstHeader("Location") : null;
    if (location == null) {
      return finish(response);
    }
    drain(response);
    follow(response.getCode(), String.valueOf(location.getValue()));
    return null;
  }

  private void checkHeaders(ClassicHttpResponse response) {
    if (response.getCode() < 200) {
      throw failed("the server answered with status " + response.getCode() + " and no final one");
    }
    long bytes = 0;
    for (Header header : response.getHeaders()) {
      bytes += header.getName().length() + String.valueOf(header.getValue()).length() + 4;
    }
    if (bytes > limits.get(Limit.HTTP_HEADERS)) {
      throw exceeded(Limit.HTTP_HEADERS, "headers of the answer to " + what(), bytes);
    }
  }

  private HttpAnswer finish(ClassicHttpResponse response) throws IOException {
    int status = response.getCode();
    if (!item.expectation().accepts(status)) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.HTTP_STATUS,
                  "%s answered %d %s, expected %s",
                  what(),
                  status,
                  Names.printable(reason(response)),
                  item.expectation())
              .withHint("check the URL, or widen or leave out Pappus-Expect in the request item"));
    }
    List<HttpHeader> received = new ArrayList<>();
    for (Header header : response.getHeaders()) {
      String value = header.getValue();
      received.add(new HttpHeader(header.getName(), value == null ? "" : value));
    }
    ProtocolVersion version = response.getVersion();
    HttpAnswer answer =
        HttpAnswer.of(
            version == null ? "HTTP/1.1" : version.format(),
            status,
            reason(response),
            received,
            readBody(response.getEntity()));
    take((int) answer.head().byteSize());
    return answer;
  }

  private static String reason(ClassicHttpResponse response) {
    String reason = response.getReasonPhrase();
    return reason == null ? "" : reason;
  }

  private byte[] readBody(@Nullable HttpEntity entity) throws IOException {
    if (entity == null) {
      return new byte[0];
    }
    long most = Math.min(limits.get(Limit.HTTP_RESPONSE), ARRAY_MAX);
    long declared = entity.getContentLength();
    if (declared > most) {
      throw exceeded(Limit.HTTP_RESPONSE, "body of the answer to " + what(), declared);
    }
    InputStream in = entity.getContent();
    // Grows with what has arrived: what a server announces costs nothing.
    byte[] buffer = new byte[(int) Math.min(FIRST_BUFFER_BYTES, declared < 0 ? most : declared)];
    int length = 0;
    while (true) {
      if (length == buffer.length) {
        int next = in.read();
        if (next < 0) {
          return buffer;
        }
        if (length >= most) {
          throw exceeded(Limit.HTTP_RESPONSE, "body of the answer to " + what(), length + 1L);
        }
        long room = declared > length ? declared : most;
        buffer = Arrays.copyOf(buffer, (int) Math.min(room, Math.max(256L, 2L * length)));
        buffer[length++] = (byte) next;
        take(1);
      }
      int count = in.read(buffer, length, buffer.length - length);
      if (count < 0) {
        return Arrays.copyOf(buffer, length);
      }
      length += count;
      take(count);
    }
  }

  private static boolean isRedirect(int status) {
    return (status >= 301 && status <= 303) || status == 307 || status == 308;
  }

  private static void drain(ClassicHttpResponse response) throws IOException {
    HttpEntity entity = response.getEntity();
    if (entity != null
        && entity.getContentLength() >= 0
        && entity.getContentLength() <= REDIRECT_BODY_BYTES_MAX) {
      entity.getContent().readNBytes(REDIRECT_BODY_BYTES_MAX + 1);
    }
  }

  private void follow(int status, String location) {
    if (redirects >= limits.get(Limit.HTTP_REDIRECTS)) {
      throw exceeded(Limit.HTTP_REDIRECTS, "redirects of " + item.url().display(), redirects + 1L);
    }
    HttpUrl next;
    try {
      next = url.resolve(location);
    } catch (IllegalArgumentException e) {
      throw failed("the server redirects to a place that cannot be followed: " + e.getMessage());
    }
    List<HttpHeader> kept = new ArrayList<>(headers);
    if (!next.sameOrigin(url)) {
      kept.removeIf(header -> CREDENTIALS.contains(lower(header)));
    }
    if (status <= 303) {
      kept.removeIf(header -> lower(header).startsWith("content-"));
      method = method.equals("HEAD") ? "HEAD" : "GET";
      body = MemorySegment.NULL;
    }
    headers = kept;
    url = next;
    redirects++;
  }

  private static String lower(HttpHeader header) {
    return header.name().toLowerCase(Locale.ROOT);
  }

  private ProblemException failed(String why) {
    return new ProblemException(
        Problem.of(ProblemCode.HTTP_FAILED, "%s: %s", what(), why)
            .withHint("look at the server's answer with another client, curl -v for example"));
  }

  private ProblemException exceeded(Limit limit, String what, long actual) {
    ProblemCode code =
        limit == Limit.HTTP_REDIRECTS ? ProblemCode.HTTP_FAILED : ProblemCode.HTTP_RESPONSE_LIMIT;
    return new ProblemException(
        limits
            .exceeded(code, limit, what, actual)
            .withHint(
                "raise limits." + limit.key() + " in the node's configuration, or ask for less"));
  }
}
