package dev.pappus.bench.curves;

import dev.pappus.bench.Unavailable;
import dev.pappus.bench.load.LoadBench;
import dev.pappus.bench.load.LoadPoint;
import dev.pappus.bench.result.Column;
import dev.pappus.bench.result.Point;
import dev.pappus.bench.result.RunFolder;
import dev.pappus.bench.result.Samples;
import dev.pappus.bench.systems.Matmul;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * {@code pappus bench curves}. After a warm-up each curve's capacity is found by a closed loop;
 * then, in seeded shuffled order, points of all curves take turns, a peak is searched for each, and
 * closed loops of all are compared pair by pair.
 */
public final class CurvesBench {
  private static final String NAME = "curves";

  /** Of the capacity: hardly anybody waits for anybody. */
  private static final double UNLOADED_SHARE = 0.05;

  /** So many requests at least, as far as a quarter of the capacity, make a median. */
  private static final double UNLOADED_REQUESTS_MIN = 50;

  private static final double UNLOADED_SHARE_MAX = 0.25;

  /** Nothing is learnt from more than a system can bear by far. */
  private static final double OVERLOAD_MAX = 1.3;

  private static final double TAIL_SHARE = 0.7;

  private final CurvesSettings settings;
  private final RunFolder results;
  private final Consumer<String> progress;
  private final Systems systems;
  private final List<Series> curves;
  private final Random random;
  private final long beganNanos;
  private final Map<String, Double> capacities = new HashMap<>();
  private final Samples samples = new Samples();

  /** How many samples each latency should have. */
  private final Map<String, Integer> wanted = new TreeMap<>();

  private long seed;
  private int skipped;

  private CurvesBench(
      CurvesSettings settings,
      RunFolder results,
      Consumer<String> progress,
      Systems systems,
      List<Series> curves,
      long beganNanos) {
    this.settings = settings;
    this.results = results;
    this.progress = progress;
    this.systems = systems;
    this.curves = curves;
    this.beganNanos = beganNanos;
    this.random = new Random(settings.seed());
    this.seed = settings.seed() * 1_000_003;
  }

  /**
   * Measures.
   *
   * @param results takes all that comes out; stays the caller's
   * @param progress told how far it is
   * @throws IOException if a system that should run does not, or results cannot be written
   * @throws Unavailable if the native library is not built
   */
  public static void run(CurvesSettings settings, RunFolder results, Consumer<String> progress)
      throws IOException, Unavailable {
    long began = System.nanoTime();
    byte[] expected = new Matmul(settings.guestBuild(), CurvesSettings.SIZE).run();
    List<Series> all = Series.of(settings.backends(), settings.hotPercents(), settings.others());
    try (Systems systems = Systems.start(all, settings, expected, results, progress)) {
      List<Series> curves = all.stream().filter(systems::has).toList();
      new CurvesBench(settings, results, progress, systems, curves, began).measure();
    }
  }

  private void measure() throws IOException {
    warmUp();
    sweep();
    alone();
    peaks();
    pairs();
    tails();
    samples.into(results);
    wanted.forEach(
        (name, count) -> samples.explainMissing(results, name, count, LoadPoint.WHY_NO_SAMPLE));
    if (skipped > 0) {
      results.note(
          skipped + " points were left out: the time for this run was used up before their turn");
    }
    results.draw("figure" + settings.figure(), CurvesFigure.of(settings, curves, results.points()));
  }

  private Point row(Series series, int repetition) {
    return Point.of(NAME, series.name()).with(Column.REPETITION, repetition);
  }

  private boolean timeIsUp() {
    boolean up =
        settings.budgetNanos() > 0 && System.nanoTime() - beganNanos > settings.budgetNanos();
    skipped += up ? 1 : 0;
    return up;
  }

  /** Until compilers have caught up; then each curve's capacity. */
  private void warmUp() throws IOException {
    for (Series series : curves) {
      if (timeIsUp()) {
        return;
      }
      progress.accept("warming " + series.name() + " up");
      SystemUnderTest system = systems.of(series);
      var _ = system.closed(row(series, 0), series, warmUpNanos(system), seed++);
      Point point = system.closed(row(series, 0), series, settings.nanos(), seed++).point();
      double capacity = point.number(Column.THROUGHPUT_PER_SECOND);
      capacities.put(series.name(), Math.max(1, capacity));
      progress.accept(String.format("%s bears about %.0f requests/s", series.name(), capacity));
    }
  }

  /** What each curve of {@code system} has of its warm-up. */
  private long warmUpNanos(SystemUnderTest system) {
    return settings.warmUpNanos()
        / curves.stream().filter(each -> systems.of(each) == system).count();
  }

  private double capacity(Series series) {
    return capacities.getOrDefault(series.name(), 1.0);
  }

  private double unloadedRate(Series series) {
    double enough = UNLOADED_REQUESTS_MIN * 1e9 / settings.nanos();
    return Math.clamp(
        enough, UNLOADED_SHARE * capacity(series), UNLOADED_SHARE_MAX * capacity(series));
  }

  /** One point of the figure. */
  private record Turn(Series series, int repetition, double rate) {}

  private List<Double> rates(Series series) {
    return settings.rates().isEmpty()
        ? settings.shares().stream().map(share -> share * capacity(series)).toList()
        : settings.rates();
  }

  private void sweep() throws IOException {
    for (int repetition = 1; repetition <= settings.repetitions(); repetition++) {
      List<Turn> turns = new ArrayList<>();
      for (Series series : curves) {
        turns.add(new Turn(series, repetition, unloadedRate(series)));
        for (double rate : rates(series)) {
          if (rate <= OVERLOAD_MAX * capacity(series)) {
            turns.add(new Turn(series, repetition, rate));
          }
        }
      }
      Collections.shuffle(turns, random);
      for (Turn turn : turns) {
        if (!timeIsUp()) {
          Point _ = open(turn, settings.nanos(), "sweep");
        }
      }
    }
  }

  /** Latencies without load; a closed loop, as no generator is prompt enough on every host. */
  private void alone() throws IOException {
    for (int repetition = 1; repetition <= settings.repetitions(); repetition++) {
      List<Series> order = new ArrayList<>(curves);
      Collections.shuffle(order, random);
      for (Series series : order) {
        if (!timeIsUp()) {
          Point point =
              systems
                  .of(series)
                  .alone(row(series, repetition), series, settings.nanos(), seed++)
                  .point();
          results.add(point.with(Column.NOTE, "alone"));
          double _ = sample(unloadedName(series), point, Column.P50_MICROS);
        }
      }
    }
  }

  private static String unloadedName(Series series) {
    return series.name() + ".p50_unloaded";
  }

  /** A latency of a point, and a sample of a measure if the point is valid; NaN if it is not. */
  private double sample(String name, Point point, Column latency) {
    double micros = LoadPoint.isValid(point) ? point.number(latency) : Double.NaN;
    wanted.merge(name, 1, Integer::sum);
    samples.add(name, "us", micros);
    return micros;
  }

  private Point open(Turn turn, long nanos, String part) throws IOException {
    Series series = turn.series();
    SystemUnderTest.Measured measured =
        systems
            .of(series)
            .open(
                row(series, turn.repetition()).with(Column.X, turn.rate()),
                series,
                turn.rate(),
                nanos,
                seed++);
    Point point = measured.point();
    if (point.text(Column.NOTE).isEmpty()) {
      point = point.with(Column.NOTE, part);
    }
    results.add(
        point,
        String.format("%s;rate=%.1f;rep=%d", part, turn.rate(), turn.repetition()),
        measured.flow().served());
    progress.accept(String.format("%-12s %s", series.name(), LoadBench.line(point)));
    return point;
  }

  private void peaks() throws IOException {
    for (int repetition = 1; repetition <= settings.repetitions(); repetition++) {
      List<Series> order = new ArrayList<>(curves);
      Collections.shuffle(order, random);
      for (Series series : order) {
        double unloaded = samples.median(unloadedName(series));
        if (Double.isNaN(unloaded)) {
          results.missing(series.name(), "its latency without load was not measured");
          continue;
        }
        if (timeIsUp()) {
          continue;
        }
        int current = repetition;
        double low = highestBorne(series, repetition, unloaded);
        samples.add(
            series.name(),
            "1/s",
            PeakRule.search(
                low,
                settings.probes(),
                rate ->
                    timeIsUp()
                        ? PeakRule.Verdict.TOO_HIGH
                        : PeakRule.judge(
                            open(new Turn(series, current, rate), settings.peakNanos(), "peak"),
                            unloaded)));
      }
    }
  }

  /** In the sweep; where nothing was, half of the capacity is a place to begin. */
  private double highestBorne(Series series, int repetition, double unloaded) {
    return results.points().stream()
        .filter(point -> point.text(Column.SERIES).equals(series.name()))
        .filter(point -> point.number(Column.REPETITION) == repetition)
        .filter(point -> PeakRule.judge(point, unloaded) != PeakRule.Verdict.TOO_HIGH)
        .mapToDouble(point -> point.number(Column.X))
        .filter(rate -> rate > unloadedRate(series))
        .max()
        .orElse(0.5 * capacity(series));
  }

  /** One slice of each curve in turn: what a ratio compares was measured side by side. */
  private void pairs() throws IOException {
    for (int pair = 1; pair <= settings.pairs(); pair++) {
      List<Series> order = new ArrayList<>(curves);
      Collections.shuffle(order, random);
      if (timeIsUp()) {
        return;
      }
      Map<String, Double> throughputs = new HashMap<>();
      for (Series series : order) {
        Point point =
            systems
                .of(series)
                .closed(row(series, pair), series, settings.pairNanos(), seed++)
                .point();
        results.add(point.with(Column.NOTE, "pair"));
        double throughput = point.number(Column.THROUGHPUT_PER_SECOND);
        throughputs.put(series.name(), throughput);
        samples.add(series.name() + ".closed", "1/s", throughput);
        samples.add(series.name() + ".cpu", "us", point.number(Column.CPU_MICROS));
      }
      ratios(throughputs);
    }
  }

  private void ratios(Map<String, Double> throughputs) {
    double bound = throughputs.getOrDefault("in_process", Double.NaN);
    for (Series series : curves) {
      double own = throughputs.getOrDefault(series.name(), Double.NaN);
      if (!series.system().equals(Series.BOUND)) {
        samples.add(series.name() + ".of_bound", "", own / bound);
      }
      if (series.ours() && series.hotPercent() < 100) {
        samples.add(
            series.name() + ".hot_ratio",
            "",
            own / throughputs.getOrDefault(series.nameAt(100), Double.NaN));
      }
    }
  }

  /** All cold and all warm at the same rate, 70 % of what the cold one bears: tails. */
  private void tails() throws IOException {
    for (Series cold : curves) {
      double peak = samples.median(cold.name());
      if (!cold.ours() || cold.hotPercent() != 0 || Double.isNaN(peak)) {
        continue;
      }
      Series hot =
          curves.stream()
              .filter(each -> each.name().equals(cold.nameAt(100)))
              .findFirst()
              .orElse(cold);
      for (int repetition = 1; repetition <= settings.repetitions() && !timeIsUp(); repetition++) {
        double coldTail = tail(cold, repetition, TAIL_SHARE * peak);
        double hotTail = tail(hot, repetition, TAIL_SHARE * peak);
        samples.add(cold.name() + ".p99_ratio", "", coldTail / hotTail);
      }
    }
  }

  private double tail(Series series, int repetition, double rate) throws IOException {
    Point point = open(new Turn(series, repetition, rate), settings.peakNanos(), "tail");
    return sample(series.name() + ".p99_at70", point, Column.P99_MICROS);
  }
}
