package dev.pappus.bench.curves;

import dev.pappus.bench.result.Measure;
import dev.pappus.bench.result.RunFolder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What becomes measures: a value from each repetition. One thread uses it. */
final class Samples {
  private final Map<String, List<Double>> byName = new HashMap<>();

  /** Adds one; what could not be measured is left out. */
  void add(String name, double value) {
    if (Double.isFinite(value)) {
      byName.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
    }
  }

  /** NaN if there are none. */
  double median(String name) {
    List<Double> values = byName.getOrDefault(name, List.of());
    return values.isEmpty() ? Double.NaN : new Measure(name, "", values).median();
  }

  /** Hands all over. */
  void into(RunFolder results) {
    byName.forEach((name, values) -> results.measure(new Measure(name, unit(name), values)));
  }

  private static String unit(String name) {
    if (name.endsWith("ratio") || name.endsWith("of_bound")) {
      return "";
    }
    return name.matches(".*[.](p50|p99|cpu).*") ? "us" : "1/s";
  }
}
