package dev.pappus.server.api;

import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What an {@code Accept} field prefers (RFC 9110, 12.5.1). */
final class MediaRanges {
  private MediaRanges() {}

  /**
   * Of the ranges that mean something here the one with the highest weight, the first of several.
   *
   * @param accept the field's value; null if there is none
   * @param otherwise for a field that names nothing known
   * @param ofRange what a range such as {@code text/*} means here; null is nothing
   */
  static <T> T preferred(
      @Nullable String accept, T otherwise, Function<String, @Nullable T> ofRange) {
    T best = otherwise;
    double weight = 0;
    for (String each : accept == null ? new String[0] : accept.split(",", -1)) {
      String[] parts = each.strip().split(";", -1);
      double q = weight(parts);
      if (q > weight) {
        T meant = ofRange.apply(parts[0].strip().toLowerCase(Locale.ROOT));
        if (meant != null) {
          best = meant;
          weight = q;
        }
      }
    }
    return best;
  }

  private static double weight(String[] parts) {
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].strip();
      if (parameter.startsWith("q=")) {
        try {
          return Double.parseDouble(parameter.substring(2));
        } catch (NumberFormatException e) {
          return 0;
        }
      }
    }
    return 1;
  }
}
