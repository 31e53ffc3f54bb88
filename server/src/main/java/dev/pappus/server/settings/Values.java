package dev.pappus.server.settings;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Types of values; each refuses others with a message that says what is expected. */
final class Values {
  private Values() {}

  static String text(@Nullable Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException("must be a string in quotes, not " + value);
  }

  static long integer(@Nullable Object value) {
    if (value instanceof Long number) {
      return number;
    }
    throw new IllegalArgumentException("must be a whole number without quotes, not " + value);
  }

  static boolean bool(@Nullable Object value) {
    if (value instanceof Boolean bool) {
      return bool;
    }
    throw new IllegalArgumentException("must be true or false, not " + value);
  }

  static String quantity(@Nullable Object value) {
    if (value instanceof String || value instanceof Long) {
      return value.toString();
    }
    throw new IllegalArgumentException(
        "must be a number, or a string like \"64MiB\" or \"10s\", not " + value);
  }

  static List<String> texts(@Nullable Object value) {
    if (value instanceof List<?> list) {
      return list.stream().map(Values::text).toList();
    }
    throw new IllegalArgumentException("must be an array of strings, not " + value);
  }
}
