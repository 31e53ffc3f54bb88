package dev.pappus.bench.trace;

/**
 * The distribution of a function's durations, from the percentiles that the trace tells, straight
 * lines between them. Immutable.
 */
final class DurationCurve {
  private static final double[] SHARES = {0, 0.01, 0.25, 0.5, 0.75, 0.99, 1};
  private static final int MEAN_STEPS = 1000;

  private final double[] millis;

  private DurationCurve(double[] millis) {
    this.millis = millis;
    for (int i = 1; i < millis.length; i++) {
      millis[i] = Math.max(millis[i], millis[i - 1]);
    }
  }

  /** From the columns {@code percentile_Average_0} to {@code _100}, in milliseconds. */
  static DurationCurve read(CsvTable table) {
    double[] millis = new double[SHARES.length];
    for (int i = 0; i < SHARES.length; i++) {
      millis[i] = table.number("percentile_Average_" + Math.round(SHARES[i] * 100));
    }
    return new DurationCurve(millis);
  }

  /** The duration that this share of the calls does not exceed. */
  long nanosAt(double share) {
    for (int i = 1; i < SHARES.length; i++) {
      if (share <= SHARES[i]) {
        double part = (share - SHARES[i - 1]) / (SHARES[i] - SHARES[i - 1]);
        return (long) ((millis[i - 1] + part * (millis[i] - millis[i - 1])) * 1e6);
      }
    }
    return (long) (millis[SHARES.length - 1] * 1e6);
  }

  /** The mean if none lasts longer than {@code maxNanos}. */
  double meanNanos(long maxNanos) {
    double sum = 0;
    for (int i = 0; i < MEAN_STEPS; i++) {
      sum += Math.min(maxNanos, nanosAt((i + 0.5) / MEAN_STEPS));
    }
    return sum / MEAN_STEPS;
  }
}
