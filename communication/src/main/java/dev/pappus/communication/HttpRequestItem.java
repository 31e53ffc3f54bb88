package dev.pappus.communication;

import dev.pappus.model.Item;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A request as an item of the set {@code requests} spells it (docs/http-function.md): request line,
 * header lines, an empty line, and the body.
 *
 * @param method a token of RFC 9110, in the case in which it was written
 * @param url where it goes
 * @param headers the headers to send, in order; without those that the connection owns
 * @param body all bytes behind the empty line; a view of the item
 * @param expectation the statuses that are no failure
 * @param errorAsItem whether a failed exchange becomes an item instead of failing the call
 */
record HttpRequestItem(
    String method,
    HttpUrl url,
    List<HttpHeader> headers,
    MemorySegment body,
    StatusExpectation expectation,
    boolean errorAsItem) {

  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  private static final Pattern BLANKS = Pattern.compile("[ \t\f\u000B]+");
  private static final Set<String> VERSIONS =
      Set.of("HTTP/0.9", "HTTP/1.0", "HTTP/1.1", "HTTP/2.0", "HTTP/3.0");

  /** Headers that speak of the connection, which is the platform's; not sent. */
  private static final Set<String> CONNECTION_HEADERS =
      Set.of(
          "connection",
          "expect",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-connection",
          "te",
          "upgrade");

  private static final String OWN_PREFIX = "pappus-";
  private static final String EXPECT = "Pappus-Expect";
  private static final String ON_ERROR = "Pappus-On-Error";

  HttpRequestItem {
    headers = List.copyOf(headers);
  }

  /**
   * Parses {@code item}.
   *
   * @param limits its {@link Limit#HTTP_HEADERS} bounds everything before the body
   * @throws ProblemException with {@link ProblemCode#HTTP_REQUEST_INVALID}; it does not name the
   *     item
   */
  static HttpRequestItem parse(Item item, Limits limits) {
    try {
      return new Parser(item.data(), limits.get(Limit.HTTP_HEADERS)).parse();
    } catch (IllegalArgumentException e) {
      throw new ProblemException(
          Problem.of(ProblemCode.HTTP_REQUEST_INVALID, "%s", e.getMessage())
              .withHint(
                  "write METHOD URL HTTP/1.1, then name:value lines, an empty line and the body, for"
                      + " example GET http://example.org/ HTTP/1.1"),
          e);
    }
  }

  private static final class Parser {
    private final MemorySegment data;
    private final byte[] head;
    private int position;
    private int line;
    private final List<HttpHeader> headers = new ArrayList<>();
    private StatusExpectation expectation = StatusExpectation.ANY;
    private boolean errorAsItem;
    private @Nullable String contentLength;

    Parser(MemorySegment data, long headBytesMax) {
      this.data = data;
      long copied = Math.min(data.byteSize(), Math.min(headBytesMax, Integer.MAX_VALUE - 8));
      this.head = data.asSlice(0, copied).toArray(ValueLayout.JAVA_BYTE);
    }

    HttpRequestItem parse() {
      String[] words = BLANKS.split(trimBlanks(nextLine()), 4);
      if (words[0].isEmpty()) {
        throw new IllegalArgumentException("the request line is empty");
      }
      String method = parseMethod(words[0]);
      if (words.length < 2) {
        throw new IllegalArgumentException("the request line has no URL");
      }
      HttpUrl url = HttpUrl.parse(words[1]);
      if (words.length < 3 || !VERSIONS.contains(words[2])) {
        throw new IllegalArgumentException(
            (words.length < 3
                    ? "the request line has no version"
                    : "unknown version " + quoted(words[2]))
                + "; known are HTTP/0.9, HTTP/1.0, HTTP/1.1, HTTP/2.0 and HTTP/3.0");
      }
      for (String text = nextLine(); !text.isEmpty(); text = nextLine()) {
        accept(parseHeader(text));
      }
      MemorySegment body = data.asSlice(position);
      checkBody(method, body.byteSize());
      addCredentials(url);
      return new HttpRequestItem(method, url, headers, body, expectation, errorAsItem);
    }

    /** The next line without its end; empty at the end of the item. */
    private String nextLine() {
      line++;
      int end = position;
      while (end < head.length && head[end] != '\n') {
        end++;
      }
      if (end == head.length && data.byteSize() > head.length) {
        throw new IllegalArgumentException(
            "request line and headers are longer than the "
                + head.length
                + " bytes of limits."
                + Limit.HTTP_HEADERS.key());
      }
      int next = Math.min(end + 1, head.length);
      if (end > position && head[end - 1] == '\r' && next > end) {
        end--;
      }
      String text = new String(head, position, end - position, StandardCharsets.ISO_8859_1);
      position = next;
      return text;
    }

    private static String parseMethod(String word) {
      if (!TOKEN.matcher(word).matches()) {
        throw new IllegalArgumentException("the method " + quoted(word) + " is not a token");
      }
      if (word.equalsIgnoreCase("CONNECT")) {
        throw new IllegalArgumentException("CONNECT opens a tunnel and is not a request");
      }
      return word;
    }

    private HttpHeader parseHeader(String text) {
      int colon = text.indexOf(':');
      if (colon < 0) {
        throw new IllegalArgumentException("line " + line + " is a header without ':'");
      }
      String name = text.substring(0, colon);
      if (!TOKEN.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "line " + line + ": the header name " + quoted(name) + " is not a token");
      }
      String value = trimBlanks(text.substring(colon + 1));
      for (int i = 0; i < value.length(); i++) {
        char c = value.charAt(i);
        if ((c < ' ' && c != '\t') || c == 0x7F) {
          throw new IllegalArgumentException(
              "line %d: the value of %s holds the control character 0x%02x"
                  .formatted(line, name, (int) c));
        }
      }
      return new HttpHeader(name, value);
    }

    private void accept(HttpHeader header) {
      String name = header.name().toLowerCase(Locale.ROOT);
      if (name.startsWith(OWN_PREFIX)) {
        acceptOwn(header);
      } else if (name.equals("content-length")) {
        requireFirst(header, contentLength == null);
        contentLength = header.value();
      } else if (name.equals("transfer-encoding") || name.equals("trailer")) {
        throw new IllegalArgumentException(
            "line %d: %s cannot be given; the body is sent as it stands in the item"
                .formatted(line, header.name()));
      } else if (!CONNECTION_HEADERS.contains(name)) {
        if (name.equals("host")) {
          requireFirst(header, headers.stream().noneMatch(h -> h.is("host")));
        }
        headers.add(header);
      }
    }

    private void acceptOwn(HttpHeader header) {
      if (header.is(EXPECT)) {
        requireFirst(header, expectation == StatusExpectation.ANY);
        expectation = StatusExpectation.parse(header.value());
      } else if (header.is(ON_ERROR)) {
        requireFirst(header, !errorAsItem);
        if (!header.value().equalsIgnoreCase("item")) {
          throw new IllegalArgumentException(
              "line " + line + ": Pappus-On-Error takes the value item only");
        }
        errorAsItem = true;
      } else {
        throw new IllegalArgumentException(
            "line %d: there is no header %s; known are %s and %s"
                .formatted(line, quoted(header.name()), EXPECT, ON_ERROR));
      }
    }

    private void requireFirst(HttpHeader header, boolean first) {
      if (!first) {
        throw new IllegalArgumentException(
            "line %d: %s is given twice".formatted(line, header.name()));
      }
    }

    private void checkBody(String method, long bodyBytes) {
      if (contentLength != null && !contentLength.equals(Long.toString(bodyBytes))) {
        throw new IllegalArgumentException(
            "Content-Length says %s, but %d bytes follow the empty line (the header may be left out)"
                .formatted(quoted(contentLength), bodyBytes));
      }
      if (bodyBytes > 0 && method.equalsIgnoreCase("TRACE")) {
        throw new IllegalArgumentException("a TRACE request cannot have a body");
      }
      if (bodyBytes > 0
          && method.equalsIgnoreCase("OPTIONS")
          && headers.stream().noneMatch(h -> h.is("content-type"))) {
        throw new IllegalArgumentException("an OPTIONS request with a body needs a Content-Type");
      }
    }

    /** User information in the URL is a short form of basic authentication. */
    private void addCredentials(HttpUrl url) {
      if (url.userInfo() != null && headers.stream().noneMatch(h -> h.is("authorization"))) {
        String userInfo = url.userInfo();
        String pair = userInfo.indexOf(':') < 0 ? userInfo + ":" : userInfo;
        headers.add(
            new HttpHeader(
                "Authorization", "Basic " + Base64.getEncoder().encodeToString(decode(pair))));
      }
    }

    private static byte[] decode(String encoded) {
      byte[] bytes = new byte[encoded.length()];
      int length = 0;
      for (int i = 0; i < encoded.length(); i++) {
        char c = encoded.charAt(i);
        int high = c == '%' && i + 2 < encoded.length() ? hex(encoded.charAt(i + 1)) : -1;
        int low = high < 0 ? -1 : hex(encoded.charAt(i + 2));
        if (low < 0) {
          bytes[length++] = (byte) c;
        } else {
          bytes[length++] = (byte) ((high << 4) | low);
          i += 2;
        }
      }
      return Arrays.copyOf(bytes, length);
    }

    private static int hex(char c) {
      return Character.digit(c, 16);
    }

    private static String trimBlanks(String text) {
      int start = 0;
      int end = text.length();
      while (start < end && isBlank(text.charAt(start))) {
        start++;
      }
      while (end > start && isBlank(text.charAt(end - 1))) {
        end--;
      }
      return text.substring(start, end);
    }

    private static boolean isBlank(char c) {
      return c == ' ' || c == '\t';
    }

    private static String quoted(String text) {
      return "'" + Names.printable(text) + "'";
    }
  }
}
