package dev.pappus.bench.result;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** How numbers are written. */
final class Numbers {
  private static final MathContext SIX_DIGITS = new MathContext(6, RoundingMode.HALF_EVEN);

  private Numbers() {}

  /** Six significant digits, without an exponent: {@code 1234.57}. */
  static String text(double number) {
    if (number == Math.rint(number) && Math.abs(number) < 1e15) {
      return Long.toString((long) number);
    }
    return Double.isFinite(number)
        ? new BigDecimal(number).round(SIX_DIGITS).stripTrailingZeros().toPlainString()
        : "";
  }
}
