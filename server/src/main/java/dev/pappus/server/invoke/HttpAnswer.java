package dev.pappus.server.invoke;

import dev.pappus.dispatcher.OutputSet;
import dev.pappus.model.Item;
import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Suggestion;
import dev.pappus.server.http.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a function says of its answer in the output set {@code http}. Checked here, once: nothing
 * that it writes can frame a message, name a second one or speak for the node.
 *
 * @param status the answer's status, 200 to 599
 * @param headers its header fields
 * @param body its body, if that is in this set, or null
 */
record HttpAnswer(int status, List<Response.Header> headers, @Nullable Item body) {
  private static final int HEADERS_BYTES_MAX = 16 << 10;
  private static final int FIELDS_MAX = 100;
  private static final List<String> ITEMS =
      List.of(HttpSet.STATUS, HttpSet.HEADERS, InputDecoder.BODY_ITEM);

  /** Fields that the node writes itself. */
  private static final Set<String> OF_NODE =
      Set.of("date", "server-timing", "traceparent", "x-content-type-options");

  HttpAnswer {
    headers = List.copyOf(headers);
  }

  /**
   * Reads the set.
   *
   * @throws ProblemException GUEST_BAD_OUTPUT
   */
  static HttpAnswer of(OutputSet set) {
    Item status = null;
    Item headers = null;
    Item body = null;
    for (Item item : set.items()) {
      switch (item.name()) {
        case HttpSet.STATUS -> status = once(status, item);
        case HttpSet.HEADERS -> headers = once(headers, item);
        case InputDecoder.BODY_ITEM -> body = once(body, item);
        default ->
            throw malformed(
                item,
                "is not one of "
                    + String.join(", ", ITEMS)
                    + Suggestion.didYouMean(item.name(), ITEMS));
      }
    }
    return new HttpAnswer(
        status == null ? 200 : status(status),
        headers == null ? List.of() : headers(headers),
        body);
  }

  private static Item once(@Nullable Item before, Item item) {
    if (before != null) {
      throw malformed(item, "is there twice");
    }
    return item;
  }

  private static int status(Item item) {
    String text = item.sizeBytes() > 16 ? "" : item.text().strip();
    if (text.length() == 3 && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      int status = Integer.parseInt(text);
      if (status >= 200 && status <= 599) {
        return status;
      }
    }
    throw malformed(item, "is no status from 200 to 599");
  }

  private static List<Response.Header> headers(Item item) {
    if (item.sizeBytes() > HEADERS_BYTES_MAX) {
      throw malformed(item, "is larger than " + HEADERS_BYTES_MAX + " bytes");
    }
    List<Response.Header> fields = new ArrayList<>();
    for (String line : item.text().split("\n", -1)) {
      String bare = line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
      if (!bare.isEmpty()) {
        fields.add(field(item, bare));
      }
    }
    if (fields.size() > FIELDS_MAX) {
      throw malformed(item, "has more than " + FIELDS_MAX + " lines");
    }
    return fields;
  }

  private static Response.Header field(Item item, String line) {
    int colon = line.indexOf(':');
    String name = colon < 0 ? "" : line.substring(0, colon).toLowerCase(Locale.ROOT);
    if (name.isEmpty() || !name.chars().allMatch(HttpAnswer::isTokenCharacter)) {
      throw malformed(
          item, "has the line '" + Names.printable(line) + "', which is no 'NAME: VALUE'");
    }
    String value = line.substring(colon + 1).strip();
    if (!value.chars().allMatch(c -> c == '\t' || (c >= ' ' && c < 0x7F))) {
      throw malformed(item, "has characters in '" + name + "' that a header field cannot hold");
    }
    if (HttpSet.isOfConnection(name)
        || OF_NODE.contains(name)
        || name.startsWith("pappus-")
        || name.startsWith("x-pappus-")
        || name.startsWith("x-http2-")) {
      throw malformed(item, "has '" + name + "', which is the node's to write");
    }
    return new Response.Header(name, value);
  }

  private static boolean isTokenCharacter(int c) {
    return (c >= '0' && c <= '9')
        || (c >= 'a' && c <= 'z')
        || (c < 0x7F && "!#$%&'*+-.^_`|~".indexOf(c) >= 0);
  }

  /** The value of a field, or null. */
  @Nullable String header(String lowerCaseName) {
    for (Response.Header header : headers) {
      if (header.name().equals(lowerCaseName)) {
        return header.value();
      }
    }
    return null;
  }

  private static ProblemException malformed(Item item, String fault) {
    return malformed(item.name(), fault);
  }

  static ProblemException malformed(String item, String fault) {
    String path = HttpSet.NAME + "/" + Names.printable(item);
    return new ProblemException(
        Problem.of(ProblemCode.GUEST_BAD_OUTPUT, "output item %s %s", path, fault)
            .withItem(path)
            .withHint("docs/webhooks.md says what the output set http may hold"));
  }
}
