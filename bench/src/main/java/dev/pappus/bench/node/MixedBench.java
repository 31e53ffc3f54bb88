package dev.pappus.bench.node;

import dev.pappus.bench.TemporaryFolder;
import dev.pappus.bench.load.LoadFlow;
import dev.pappus.bench.load.LoadGenerator;
import dev.pappus.bench.load.LoadPoint;
import dev.pappus.bench.load.Requests;
import dev.pappus.bench.load.Schedule;
import dev.pappus.bench.load.Target;
import dev.pappus.bench.result.Column;
import dev.pappus.bench.result.Figure;
import dev.pappus.bench.result.Point;
import dev.pappus.bench.result.RunFolder;
import dev.pappus.bench.result.Samples;
import dev.pappus.bench.trace.HostSpeed;
import dev.pappus.model.Limit;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** What short functions suffer from long ones that run on the same node. */
public final class MixedBench {
  /** What shall hold. */
  public static final List<String> GOALS = List.of("p99_ratio<=2", "lost<=0");

  private static final String NAME = "mixed";
  private static final int CONNECTIONS = 32;
  private static final int CONNECTIONS_MAX = 1000;
  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(20);

  /**
   * How to measure.
   *
   * @param node what, and how often
   * @param nanos for each slice
   * @param warmUpNanos ahead of all, with and without long functions
   * @param rate of short functions, a second
   * @param cores how many cores long functions would keep busy
   */
  public record Settings(
      NodeSettings node, long nanos, long warmUpNanos, double rate, double cores) {
    public Settings {
      if (nanos < 1 || warmUpNanos < 1 || !(cores > 0)) {
        throw new IllegalArgumentException("slices need some time, and long functions some cores");
      }
      var _ = new Schedule.Fixed(rate);
    }
  }

  private final Settings settings;
  private final RunFolder results;
  private final Consumer<String> progress;
  private final Requests shorts;
  private final LongFunctions longs;
  private final LoadGenerator generator;
  private final Samples samples = new Samples();
  private final Slice slices = new Slice();

  private MixedBench(
      Settings settings,
      RunFolder results,
      Consumer<String> progress,
      Target target,
      LongFunctions longs,
      LoadGenerator generator) {
    this.settings = settings;
    this.results = results;
    this.progress = progress;
    this.shorts = Requests.repeat(StartedNode.echo(target, StartedNode.ECHO));
    this.longs = longs;
    this.generator = generator;
  }

  /**
   * Measures.
   *
   * @param results takes all that comes out; stays the caller's
   * @param progress told how far it is
   * @throws IOException if the node does not come up, or answers nothing rightly
   */
  public static void run(Settings settings, RunFolder results, Consumer<String> progress)
      throws IOException {
    NodeSettings of = settings.node();
    byte[] work = Files.readAllBytes(of.function(LongFunctions.FUNCTION));
    try (TemporaryFolder folder = new TemporaryFolder();
        StartedNode node =
            StartedNode.start(of, folder.path().resolve("node"), Map.of(), List.of(), null)) {
      node.deployEcho(of);
      results.factor("sandbox", node.sandbox());
      node.control().deploy(LongFunctions.FUNCTION, work, Limit.CONTEXT_DEFAULT.defaultValue());
      progress.accept("measuring how fast this machine computes");
      HostSpeed speed = HostSpeed.measure(node.invocation(), node.control(), work);
      Target target = Target.parse(node.invocation().toString());
      try (LoadGenerator generator =
          new LoadGenerator(target.address(), CONNECTIONS_MAX, LoadGenerator.Reuse.IN_TURN)) {
        LongFunctions longs = new LongFunctions(target, speed);
        new MixedBench(settings, results, progress, target, longs, generator).measure();
      }
    }
  }

  private void measure() throws IOException {
    results.factor("short_rate", settings.rate() + "/s");
    results.factor("long_cores", Double.toString(settings.cores()));
    results.factor("long_rate", "%.3f/s".formatted(longs.rate(settings.cores())));
    results.factor("long_mean_ms", "%.1f".formatted(longs.meanNanos() / 1e6));
    results.factor(
        "generator",
        generator.prompt() ? "SCHED_FIFO, exact timers" : "ordinary priority and timers");
    for (boolean beside : List.of(false, true)) {
      progress.accept(beside ? "warming up, long functions beside" : "warming up");
      List<Sent> sent = send(beside, 0, settings.warmUpNanos());
      LoadFlow first = sent.getFirst().flow();
      Slice.requireAnswers("warm-up", first);
    }
    Random random = new Random(settings.node().seed());
    List<Boolean> order = new ArrayList<>(List.of(false, true));
    for (int pair = 1; pair <= settings.node().repetitions(); pair++) {
      Collections.shuffle(order, random);
      Point alone = Point.of(NAME, "");
      Point beside = alone;
      for (boolean withLong : order) {
        Point point = slice(withLong, pair);
        if (withLong) {
          beside = point;
        } else {
          alone = point;
        }
      }
      compare(alone, beside);
    }
    samples.add("lost", "", (double) slices.lost());
    samples.add("unsent", "", (double) slices.unsent());
    samples.into(results);
    if (Double.isNaN(samples.median("p99_ratio"))) {
      results.missing(
          "p99_ratio",
          "in no pair both slices were valid and had a p99; p99_ratio_of_all counts those that are"
              + " not valid, too");
    }
    results.draw(NAME, figure());
  }

  /** Functions of one kind in one slice. */
  private record Sent(String series, Requests requests, LoadFlow flow, Schedule.Poisson schedule) {
    static Sent of(String series, Requests requests, double rate, long seed) {
      Schedule.Poisson schedule = new Schedule.Poisson(rate, seed);
      return new Sent(series, requests, LoadFlow.open(requests, schedule), schedule);
    }
  }

  /**
   * Sends the short ones, which come first, and the long ones if they are wanted; ends when all are
   * answered, so that no long function is left for the next slice. Short ones are due at the same
   * times in both slices of a pair.
   */
  private List<Sent> send(boolean beside, int pair, long nanos) throws IOException {
    long seed = settings.node().seed() * 1_000_003 + 3L * pair;
    List<Sent> sent = new ArrayList<>();
    sent.add(Sent.of(beside ? "short_beside" : "short_alone", shorts, settings.rate(), seed));
    if (beside) {
      Requests choice = longs.choose(seed + 1);
      sent.add(Sent.of("long", choice, longs.rate(settings.cores()), seed + 2));
    }
    generator.connect(CONNECTIONS);
    generator.run(sent.stream().map(Sent::flow).toList(), nanos, TIMEOUT_NANOS);
    return sent;
  }

  /** The row of the short ones. */
  private Point slice(boolean beside, int pair) throws IOException {
    List<Sent> sent = send(beside, pair, settings.nanos());
    List<Point> points = new ArrayList<>();
    for (Sent each : sent) {
      points.add(point(each, pair));
    }
    if (sent.getLast().requests() instanceof LongFunctions.Choice chosen) {
      samples.add("long_busy_cores", "", chosen.nanos() / settings.nanos());
      samples.add("long.p50", "us", points.getLast().number(Column.P50_MICROS));
    }
    Point shortOnes = points.getFirst();
    samples.add(sent.getFirst().series() + ".p50", "us", shortOnes.number(Column.P50_MICROS));
    samples.add(sent.getFirst().series() + ".p99", "us", shortOnes.number(Column.P99_MICROS));
    return shortOnes;
  }

  private Point point(Sent sent, int pair) throws IOException {
    LoadFlow flow = sent.flow();
    // In a short slice no long function may have been due.
    if (flow.due() > 0) {
      slices.count(sent.series() + " " + pair, flow, results);
      slices.countUnsent(sent.series() + " " + pair, flow, results);
    }
    Point row =
        Point.of(NAME, sent.series())
            .with(Column.REPETITION, pair)
            .with(Column.SEED, sent.schedule().seed());
    Point point = LoadPoint.open(row, flow, sent.schedule(), settings.nanos());
    results.add(point, "pair=" + pair, flow.served());
    progress.accept(
        String.format(
            Locale.ROOT,
            "%-13s %6d served  p50 %9.1f  p99 %9.1f µs",
            sent.series(),
            flow.completed(),
            point.number(Column.P50_MICROS),
            point.number(Column.P99_MICROS)));
    return point;
  }

  private void compare(Point alone, Point beside) {
    double ratio = beside.number(Column.P99_MICROS) / alone.number(Column.P99_MICROS);
    samples.add("p99_ratio_of_all", "", ratio);
    samples.add(
        "p50_ratio", "", beside.number(Column.P50_MICROS) / alone.number(Column.P50_MICROS));
    boolean valid =
        alone.text(Column.VALID).equals("true") && beside.text(Column.VALID).equals("true");
    if (valid) {
      samples.add("p99_ratio", "", ratio);
    }
  }

  private Figure figure() {
    return new Figure(
        "Short functions, alone and beside long ones",
        List.of(
            "%s short a second; long ones of %s, %.2f a second, would keep %s cores busy"
                .formatted(
                    settings.rate(),
                    LongFunctions.RANGE,
                    longs.rate(settings.cores()),
                    settings.cores())),
        List.of(
            samples.panel(
                "latency [µs]",
                "short_alone.p50",
                "short_beside.p50",
                "short_alone.p99",
                "short_beside.p99"),
            samples.panel("beside over alone, p99", "p99_ratio_of_all")));
  }
}
