package dev.pappus.server.invoke;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The value of a header field with parameters, {@code value; name=token; name="quoted"}.
 *
 * @param value what stands before the parameters, in lower case
 * @param parameters by name in lower case; the first of a name counts
 */
public record HeaderValue(String value, Map<String, String> parameters) {
  public HeaderValue {
    parameters = Map.copyOf(parameters);
  }

  /**
   * Reads a value.
   *
   * @throws IllegalArgumentException if a quotation has no end or a parameter has no name
   */
  public static HeaderValue parse(String text) {
    List<String> parts = split(text, ';');
    Map<String, String> parameters = new LinkedHashMap<>();
    for (String part : parts.subList(1, parts.size())) {
      if (part.isBlank()) {
        continue;
      }
      int equals = part.indexOf('=');
      if (equals <= 0) {
        throw new IllegalArgumentException("'" + part.strip() + "' is not NAME=VALUE");
      }
      parameters.putIfAbsent(
          part.substring(0, equals).strip().toLowerCase(Locale.ROOT),
          unquoted(part.substring(equals + 1).strip()));
    }
    return new HeaderValue(parts.getFirst().strip().toLowerCase(Locale.ROOT), parameters);
  }

  /**
   * The parts between separators that stand outside quotations.
   *
   * @throws IllegalArgumentException if a quotation has no end
   */
  static List<String> split(String text, char separator) {
    List<String> parts = new ArrayList<>();
    boolean quoted = false;
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quoted && c == '\\') {
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == separator && !quoted) {
        parts.add(text.substring(start, i));
        start = i + 1;
      }
    }
    if (quoted) {
      throw new IllegalArgumentException("a quotation has no end");
    }
    parts.add(text.substring(start));
    return parts;
  }

  /**
   * Browsers do not escape backslashes, so that one before anything but a quote or itself stays.
   */
  private static String unquoted(String text) {
    if (text.length() < 2 || !text.startsWith("\"") || !text.endsWith("\"")) {
      return text;
    }
    StringBuilder plain = new StringBuilder(text.length());
    for (int i = 1; i < text.length() - 1; i++) {
      char c = text.charAt(i);
      char next = text.charAt(i + 1);
      if (c == '\\' && i + 1 < text.length() - 1 && (next == '"' || next == '\\')) {
        plain.append(next);
        i++;
      } else {
        plain.append(c);
      }
    }
    return plain.toString();
  }
}
