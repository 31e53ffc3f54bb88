package dev.pappus.communication;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An absolute http or https URL, taken apart once, so that the host that is checked, resolved and
 * sent can only be one and the same. Odd spellings of hosts are refused instead of interpreted.
 *
 * @param scheme {@code http} or {@code https}
 * @param userInfo what stands before {@code @}, still percent-encoded; null if absent
 * @param host a lower-case name without trailing dot, or an address without brackets
 * @param port the port, also where the URL leaves it out
 * @param target path and query as they are sent; starts with {@code /}
 */
record HttpUrl(String scheme, @Nullable String userInfo, String host, int port, String target) {
  static final int PORT_MAX = 65_535;
  static final int HOST_LENGTH_MAX = 253;

  private static final Pattern ABSOLUTE = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:.*");
  private static final Pattern NAME = Pattern.compile("[a-z0-9_-]{1,63}(?:\\.[a-z0-9_-]{1,63})*");
  private static final HexFormat HEX = HexFormat.of().withUpperCase();
  private static final int DISPLAY_LENGTH_MAX = 200;

  /**
   * Parses {@code text}, whose characters stand for bytes; what a URL cannot hold is
   * percent-encoded, a fragment is dropped.
   *
   * @throws IllegalArgumentException with a phrase that says what is wrong
   */
  static HttpUrl parse(String text) {
    String url = encode(withoutFragment(text));
    int colon = url.indexOf("://");
    String scheme = colon < 0 ? "" : url.substring(0, colon).toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw new IllegalArgumentException("the URL does not start with http:// or https://");
    }
    int start = colon + 3;
    int end = start;
    while (end < url.length() && url.charAt(end) != '/' && url.charAt(end) != '?') {
      end++;
    }
    String authority = url.substring(start, end);
    String rest = url.substring(end);
    int at = authority.lastIndexOf('@');
    String userInfo = at <= 0 ? null : authority.substring(0, at);
    String hostPort = authority.substring(at + 1);
    int hostEnd = hostEnd(hostPort);
    String host = parseHost(hostPort.substring(0, hostEnd));
    int port = parsePort(scheme, hostPort.substring(hostEnd));
    return new HttpUrl(scheme, userInfo, host, port, rest.startsWith("/") ? rest : "/" + rest);
  }

  private static String withoutFragment(String text) {
    int hash = text.indexOf('#');
    return hash < 0 ? text : text.substring(0, hash);
  }

  private static String encode(String text) {
    StringBuilder encoded = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c == 0x7F) {
        throw new IllegalArgumentException("the URL holds a control character");
      }
      if (c == '\\') {
        // Some take it for a slash, some do not: nobody could say which host is meant.
        throw new IllegalArgumentException("the URL holds a backslash, which is not for URLs");
      }
      if (c == ' ' || c > 0x7F || "\"<>^`{|}".indexOf(c) >= 0) {
        encoded.append('%').append(HEX.toHexDigits((byte) c));
      } else {
        encoded.append(c);
      }
    }
    return encoded.toString();
  }

  private static int hostEnd(String hostPort) {
    int from = 0;
    if (hostPort.startsWith("[")) {
      from = hostPort.indexOf(']');
      if (from < 0) {
        throw new IllegalArgumentException("the host of the URL lacks ']'");
      }
    }
    int colon = hostPort.indexOf(':', from);
    return colon < 0 ? hostPort.length() : colon;
  }

  private static String parseHost(String text) {
    if (text.startsWith("[")) {
      String inner = text.substring(1, text.length() - 1).toLowerCase(Locale.ROOT);
      if (!text.endsWith("]") || inner.indexOf(':') < 0 || Addresses.parseLiteral(inner) == null) {
        throw new IllegalArgumentException(
            "the host of the URL is not an IPv6 address without zone");
      }
      return inner;
    }
    String lower = text.toLowerCase(Locale.ROOT);
    String host = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    if (host.isEmpty()) {
      throw new IllegalArgumentException("the URL has no host");
    }
    if (Addresses.parseLiteral(host) != null) {
      return host;
    }
    if (Addresses.looksNumeric(host)) {
      throw new IllegalArgumentException(
          "the host of the URL is a number; write an IPv4 address as four decimal numbers");
    }
    if (host.length() > HOST_LENGTH_MAX || !NAME.matcher(host).matches()) {
      throw new IllegalArgumentException(
          "the host of the URL is not a name of letters, digits, '-', '_' and '.'"
              + " (write other scripts in their xn-- form)");
    }
    return host;
  }

  private static int parsePort(String scheme, String suffix) {
    if (suffix.isEmpty() || suffix.equals(":")) {
      return defaultPort(scheme);
    }
    int port = suffix.matches(":[0-9]{1,5}") ? Integer.parseInt(suffix.substring(1)) : 0;
    if (port < 1 || port > PORT_MAX) {
      throw new IllegalArgumentException(
          "the port of the URL is not a number from 1 to " + PORT_MAX);
    }
    return port;
  }

  private static int defaultPort(String scheme) {
    return scheme.equals("https") ? 443 : 80;
  }

  /**
   * The URL that {@code reference}, the value of a Location header, means at this URL (RFC 3986,
   * section 5).
   *
   * @throws IllegalArgumentException with a phrase that says what is wrong
   */
  HttpUrl resolve(String reference) {
    String plain = withoutFragment(reference.trim());
    if (ABSOLUTE.matcher(plain).matches()) {
      return parse(plain);
    }
    if (plain.startsWith("//")) {
      return parse(scheme + ":" + plain);
    }
    int query = target.indexOf('?');
    String path = query < 0 ? target : target.substring(0, query);
    String encoded = encode(plain);
    if (encoded.isEmpty()) {
      return withTarget(target);
    }
    if (encoded.startsWith("?")) {
      return withTarget(path + encoded);
    }
    String merged =
        encoded.startsWith("/") ? encoded : path.substring(0, path.lastIndexOf('/') + 1) + encoded;
    int mergedQuery = merged.indexOf('?');
    return mergedQuery < 0
        ? withTarget(withoutDots(merged))
        : withTarget(withoutDots(merged.substring(0, mergedQuery)) + merged.substring(mergedQuery));
  }

  private HttpUrl withTarget(String newTarget) {
    return new HttpUrl(scheme, userInfo, host, port, newTarget);
  }

  private static String withoutDots(String path) {
    Deque<String> kept = new ArrayDeque<>();
    String[] segments = path.substring(1).split("/", -1);
    for (int i = 0; i < segments.length; i++) {
      boolean last = i == segments.length - 1;
      if (segments[i].equals("..")) {
        kept.pollLast();
      } else if (!segments[i].equals(".")) {
        kept.addLast(segments[i]);
        continue;
      }
      if (last) {
        kept.addLast("");
      }
    }
    return "/" + String.join("/", kept);
  }

  /** Whether {@code other} has the same scheme, host and port. */
  boolean sameOrigin(HttpUrl other) {
    return scheme.equals(other.scheme) && host.equals(other.host) && port == other.port;
  }

  /** Whether the port is the scheme's own. */
  boolean hasDefaultPort() {
    return port == defaultPort(scheme);
  }

  /**
   * The URL for messages: without user information and query, which may hold secrets, and not too
   * long.
   */
  String display() {
    int query = target.indexOf('?');
    String authority = host.indexOf(':') < 0 ? host : "[" + host + "]";
    String text =
        scheme
            + "://"
            + authority
            + (hasDefaultPort() ? "" : ":" + port)
            + (query < 0 ? target : target.substring(0, query) + "?…");
    return text.length() <= DISPLAY_LENGTH_MAX ? text : text.substring(0, DISPLAY_LENGTH_MAX) + "…";
  }

  /** {@link #display}, so that no secret reaches a log by accident. */
  @Override
  public String toString() {
    return display();
  }
}
