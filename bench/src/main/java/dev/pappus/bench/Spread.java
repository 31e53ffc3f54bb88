package dev.pappus.bench;

import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * How long something takes, in microseconds.
 *
 * @param min the fastest
 * @param p50 the median
 */
public record Spread(double min, double p50) {
  /** Of times in nanoseconds. */
  static Spread of(Histogram nanos) {
    return new Spread(nanos.getMinValue() / 1000.0, nanos.getValueAtPercentile(50) / 1000.0);
  }

  /** For people: {@code 31.2/34.0}. */
  String text() {
    return String.format(Locale.ROOT, min < 1000 ? "%.1f/%.1f" : "%.0f/%.0f", min, p50);
  }
}
