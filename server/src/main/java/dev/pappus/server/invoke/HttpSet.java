package dev.pappus.server.invoke;

import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.server.http.RequestHead;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The sets through which a function sees the HTTP request and writes its answer. */
final class HttpSet {
  /** Name of the input set, and of the output set. */
  static final String NAME = "http";

  /** The output set's name in compositions, where no set is both an input and an output. */
  static final String ANSWER_NAME = "http_answer";

  static final String METHOD = "method";
  static final String PATH = "path";
  static final String QUERY = "query";
  static final String STATUS = "status";
  static final String HEADERS = "headers";

  /** Fields that speak of one connection or of the message's framing, never of what is said. */
  private static final Set<String> OF_CONNECTION =
      Set.of(
          "connection",
          "content-length",
          "expect",
          "http2-settings",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  /** How the node's own credentials begin; other credentials are the function's business. */
  private static final String OWN_CREDENTIALS = "bearer pappus_";

  private HttpSet() {}

  static boolean isOfConnection(String lowerCaseName) {
    return OF_CONNECTION.contains(lowerCaseName);
  }

  /** What a function sees of a request, beside its body. */
  static List<Item> items(RequestHead head, String rest) {
    return List.of(
        item(METHOD, head.method()),
        item(PATH, rest),
        item(QUERY, head.rawQuery()),
        item(HEADERS, headers(head)));
  }

  /** The bytes that were sent: in heads each of them is one character. */
  private static Item item(String name, String sent) {
    return Item.of(name, Key.ZERO, sent.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String headers(RequestHead head) {
    Set<String> named = new HashSet<>();
    for (String value : head.headers("connection")) {
      Arrays.stream(value.split(",", -1))
          .map(name -> name.strip().toLowerCase(Locale.ROOT))
          .forEach(named::add);
    }
    StringBuilder lines = new StringBuilder(256);
    for (Map.Entry<String, String> field : head.headers()) {
      String name = field.getKey().toLowerCase(Locale.ROOT);
      if (!isOfConnection(name)
          && !named.contains(name)
          && !name.startsWith("pappus-")
          && !name.startsWith("x-http2-")
          && !isOwnCredential(name, field.getValue())) {
        // A value never holds a line end, as no HTTP/1.1 message can; here is where it would hurt.
        String value = field.getValue().replace('\n', ' ').replace('\r', ' ');
        lines.append(name).append(": ").append(value).append('\n');
      }
    }
    return lines.toString();
  }

  private static boolean isOwnCredential(String name, String value) {
    return name.equals("authorization")
        && value.regionMatches(true, 0, OWN_CREDENTIALS, 0, OWN_CREDENTIALS.length());
  }
}
