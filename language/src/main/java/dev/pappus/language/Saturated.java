package dev.pappus.language;

/** Arithmetic on non-negative numbers that stops at {@link Long#MAX_VALUE} instead of wrapping. */
final class Saturated {
  private Saturated() {}

  static long add(long a, long b) {
    long sum = a + b;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  static long multiply(long a, long b) {
    return Math.multiplyHigh(a, b) != 0 || a * b < 0 ? Long.MAX_VALUE : a * b;
  }
}
