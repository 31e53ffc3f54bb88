package dev.pappus.bench.pipeline;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/** What one pipeline took on one node, batch by batch. One thread fills it. */
final class Measured {
  static final long HIGHEST_NANOS = 3_600_000_000_000L;

  private final Histogram nanos = new Histogram(HIGHEST_NANOS, 3);
  private final List<Double> medians = new ArrayList<>();
  private final List<Double> copiedBytes = new ArrayList<>();

  /**
   * Takes a batch.
   *
   * @param batch latencies of its calls; at least one
   * @param copied bytes copied for an invocation, on average
   */
  void add(Histogram batch, double copied) {
    nanos.add(batch);
    medians.add((double) batch.getValueAtPercentile(50));
    copiedBytes.add(copied);
  }

  Histogram nanos() {
    return nanos;
  }

  /** Of each batch. */
  List<Double> medians() {
    return medians;
  }

  double copiedMean() {
    return copiedBytes.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
  }
}
