package dev.pappus.bench.result;

import java.util.Arrays;
import java.util.List;

/**
 * A named figure with a value from each repetition, in their order.
 *
 * @param name letters, digits, {@code _} and dots: {@code hot95}, {@code hot0.p99_at70}
 * @param unit {@code 1/s}, {@code us}, {@code ms}, {@code s}, {@code MiB}, {@code bytes} or empty
 * @param samples at least one
 */
public record Measure(String name, String unit, List<Double> samples) {
  private static final double WANTED_CONFIDENCE = 0.95;

  public Measure {
    if (!name.matches("[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z0-9_]+)*")) {
      throw new IllegalArgumentException("no name of a measure: " + name);
    }
    if (samples.isEmpty()) {
      throw new IllegalArgumentException("a measure without samples: " + name);
    }
    samples = List.copyOf(samples);
  }

  /**
   * Where the median of all that could be measured lies.
   *
   * @param confidence how probably: 0.95 or more where there are at least six samples, else that of
   *     the whole range
   */
  public record Interval(double low, double high, double confidence) {}

  private double[] sorted() {
    return samples.stream().mapToDouble(Double::doubleValue).sorted().toArray();
  }

  /** The middle one, or the mean of the two in the middle. */
  public double median() {
    double[] sorted = sorted();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** From order statistics: no assumption but that samples do not depend on each other. */
  public Interval interval() {
    double[] sorted = sorted();
    int n = sorted.length;
    int cut = 0;
    while (2 * (cut + 2) <= n && coverage(n, cut + 1) >= WANTED_CONFIDENCE) {
      cut++;
    }
    return new Interval(sorted[cut], sorted[n - 1 - cut], Math.max(0, coverage(n, cut)));
  }

  /** Probability that the median lies between the samples left after {@code cut} at each end. */
  private static double coverage(int n, int cut) {
    double[] ways = new double[n + 1];
    ways[0] = Math.pow(0.5, n);
    for (int k = 1; k <= n; k++) {
      ways[k] = ways[k - 1] * (n - k + 1) / k;
    }
    return 1 - 2 * Arrays.stream(ways, 0, cut + 1).sum();
  }
}
