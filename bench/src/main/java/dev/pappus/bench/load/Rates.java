package dev.pappus.bench.load;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** Rates as they are written: {@code 1000}, or from, to, step: {@code 500:4000:500}. */
public final class Rates {
  private static final int COUNT_MAX = 1000;

  private Rates() {}

  /**
   * Reads them, in requests a second.
   *
   * @throws IllegalArgumentException if they are none; the message says what they look like
   */
  public static List<Double> parse(String text) {
    String[] parts = text.split(":", -1);
    try {
      double from = Double.parseDouble(parts[0]);
      double to = parts.length == 3 ? Double.parseDouble(parts[1]) : from;
      double step = parts.length == 3 ? Double.parseDouble(parts[2]) : 1;
      boolean shaped = parts.length == 1 || parts.length == 3;
      boolean ordered = from > 0 && to >= from && step > 0;
      if (!shaped || !ordered || !((to - from) / step < COUNT_MAX)) {
        throw wrong(text);
      }
      List<Double> rates = new ArrayList<>();
      for (int i = 0; from + i * step <= to * (1 + 1e-9); i++) {
        // As they are written: 0.3, not 0.30000000000000004.
        rates.add(
            BigDecimal.valueOf(from)
                .add(BigDecimal.valueOf(step).multiply(BigDecimal.valueOf(i)))
                .doubleValue());
      }
      return rates;
    } catch (NumberFormatException e) {
      throw wrong(text);
    }
  }

  private static IllegalArgumentException wrong(String text) {
    return new IllegalArgumentException(
        "'"
            + text
            + "' is no rate: write requests a second, 1000, or at most "
            + COUNT_MAX
            + " of them as FROM:TO:STEP, 500:4000:500");
  }
}
