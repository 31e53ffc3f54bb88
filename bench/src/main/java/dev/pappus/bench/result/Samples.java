package dev.pappus.bench.result;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What becomes measures: a value from each repetition. One thread uses it. */
public final class Samples {
  private final Map<String, Series> byName = new HashMap<>();

  /** Of one measure. */
  private record Series(String unit, List<Double> values) {}

  /**
   * Adds one; what could not be measured is left out.
   *
   * @param unit that of {@link Measure}; the first one holds
   */
  public void add(String name, String unit, double value) {
    if (Double.isFinite(value)) {
      byName.computeIfAbsent(name, _ -> new Series(unit, new ArrayList<>())).values().add(value);
    }
  }

  private List<Double> values(String name) {
    Series series = byName.get(name);
    return series == null ? List.of() : List.copyOf(series.values());
  }

  /** NaN if there are none. */
  public double median(String name) {
    List<Double> values = values(name);
    return values.isEmpty() ? Double.NaN : new Measure(name, "", values).median();
  }

  /** Some side by side, one repetition after the other. */
  public Figure.Panel panel(String label, String... names) {
    return new Figure.Panel(
        new Figure.Axis("repetition", false),
        new Figure.Axis(label, false),
        Arrays.stream(names).map(this::line).toList());
  }

  private Figure.Line line(String name) {
    List<Double> values = values(name);
    return new Figure.Line(
        name,
        true,
        IntStream.range(0, values.size())
            .mapToObj(i -> Figure.Spot.at(i + 1.0, values.get(i)))
            .toList());
  }

  /**
   * Says in a run folder that a measure lacks some of its samples, or has none.
   *
   * @param wanted how many it should have
   * @param reason why one may be left out
   */
  public void explainMissing(RunFolder results, String name, int wanted, String reason) {
    int found = values(name).size();
    if (found == 0) {
      results.missing(name, reason);
    } else if (found < wanted) {
      results.note(
          "%s: %d of %d samples were left out: %s".formatted(name, wanted - found, wanted, reason));
    }
  }

  /** Hands all over. */
  public void into(RunFolder results) {
    byName.forEach(
        (name, series) -> results.measure(new Measure(name, series.unit(), series.values())));
  }
}
