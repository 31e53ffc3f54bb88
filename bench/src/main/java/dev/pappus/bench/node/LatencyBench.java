package dev.pappus.bench.node;

import dev.pappus.bench.ListeningProcess;
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
import dev.pappus.bench.systems.FrontEnd;
import dev.pappus.bench.systems.ProcessTree;
import dev.pappus.bench.systems.ProductCommand;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What the smallest function adds to an echo that the same server answers on its event loop: to the
 * latency of one connection, and to the processor time of a request at a fixed rate.
 */
public final class LatencyBench {
  /** What shall hold. */
  public static final List<String> GOALS = List.of("added_p50<=60", "cpu_added<=60", "lost<=0");

  private static final String NAME = "latency";

  /** Where there are many: while a server stands still, more are opened. */
  private static final int CONNECTIONS_MAX = 1000;

  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(10);

  /**
   * How to measure.
   *
   * @param node what, and how often
   * @param nanos for each slice
   * @param warmUpNanos for each server and shape, ahead of all
   * @param rate requests a second where it is fixed
   * @param connections where there are many
   */
  public record Settings(
      NodeSettings node, long nanos, long warmUpNanos, double rate, int connections) {
    public Settings {
      if (nanos < 1 || warmUpNanos < 1 || connections < 1) {
        throw new IllegalArgumentException("slices need some time, and at least one connection");
      }
      var _ = new Schedule.Fixed(rate);
    }
  }

  /** How a server is asked. */
  private enum Shape {
    /** One request after the other on one connection. */
    CLOSED,
    /** At a fixed rate, on one connection. */
    ONE,
    /** At a fixed rate, on many connections in turn. */
    MANY;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Settings settings;
  private final RunFolder results;
  private final Consumer<String> progress;
  private final Samples samples = new Samples();
  private final Slice slices = new Slice();
  private final Random random;

  private LatencyBench(Settings settings, RunFolder results, Consumer<String> progress) {
    this.settings = settings;
    this.results = results;
    this.progress = progress;
    this.random = new Random(settings.node().seed());
  }

  /**
   * Measures.
   *
   * @param results takes all that comes out; stays the caller's
   * @param progress told how far it is
   * @throws IOException if a server does not come up, or answers nothing rightly
   */
  public static void run(Settings settings, RunFolder results, Consumer<String> progress)
      throws IOException {
    NodeSettings of = settings.node();
    List<String> echo = new ArrayList<>(ProductCommand.words(of.home(), of.guestBuild()));
    echo.addAll(List.of("bench", "serve", "--kind", FrontEnd.Kind.ECHO.text()));
    try (TemporaryFolder folder = new TemporaryFolder();
        StartedNode node =
            StartedNode.start(of, folder.path().resolve("node"), Map.of(), List.of(), null);
        ListeningProcess bare = ListeningProcess.start(echo, folder.path(), null);
        Side function =
            new Side("function", node.invocation().toString(), node.pid(), settings.connections());
        Side server =
            new Side("echo", bare.address("").toString(), bare.pid(), settings.connections())) {
      node.deployEcho(of);
      results.factor("sandbox", node.sandbox());
      new LatencyBench(settings, results, progress).measure(List.of(function, server));
    }
  }

  /** One of the two servers. */
  private static final class Side implements AutoCloseable {
    private final String name;
    private final long process;
    private final Requests requests;
    private final Map<Shape, Integer> connections = new EnumMap<>(Shape.class);
    private final Map<Shape, LoadGenerator> generators = new EnumMap<>(Shape.class);

    Side(String name, String url, long process, int many) throws IOException {
      this.name = name;
      this.process = process;
      Target target = Target.parse(url);
      requests = Requests.repeat(StartedNode.echo(target, StartedNode.ECHO));
      for (Shape shape : Shape.values()) {
        int count = shape == Shape.MANY ? many : 1;
        connections.put(shape, count);
        generators.put(
            shape,
            new LoadGenerator(
                target.address(),
                shape == Shape.MANY ? Math.max(count, CONNECTIONS_MAX) : 1,
                LoadGenerator.Reuse.IN_TURN));
      }
    }

    String series(Shape shape) {
      return name + "." + shape.text();
    }

    /** Processor time of a request, in microseconds. */
    double run(Shape shape, LoadFlow flow, long nanos) throws IOException {
      LoadGenerator generator = Objects.requireNonNull(generators.get(shape));
      // A server may close connections that have waited for their turn too long.
      generator.connect(Objects.requireNonNull(connections.get(shape)));
      long before = ProcessTree.cpuNanos(process);
      generator.run(List.of(flow), nanos, TIMEOUT_NANOS);
      return (ProcessTree.cpuNanos(process) - before) / 1e3 / Math.max(1, flow.sent());
    }

    boolean prompt() {
      return generators.values().stream().allMatch(LoadGenerator::prompt);
    }

    @Override
    public void close() {
      generators.values().forEach(LoadGenerator::close);
    }
  }

  private void measure(List<Side> sides) throws IOException {
    results.factor("rate", settings.rate() + "/s where it is fixed");
    results.factor("connections", Integer.toString(settings.connections()));
    results.factor(
        "generator",
        sides.stream().allMatch(Side::prompt)
            ? "SCHED_FIFO, exact timers"
            : "ordinary priority and timers");
    for (Shape shape : Shape.values()) {
      for (Side side : sides) {
        progress.accept("warming " + side.series(shape) + " up");
        LoadFlow flow = flow(side, shape);
        double _ = side.run(shape, flow, settings.warmUpNanos());
        Slice.requireAnswers(side.series(shape), flow);
      }
    }
    List<Side> order = new ArrayList<>(sides);
    for (int pair = 1; pair <= settings.node().repetitions(); pair++) {
      for (Shape shape : Shape.values()) {
        Collections.shuffle(order, random);
        Map<String, Point> points = new HashMap<>();
        for (Side side : order) {
          points.put(side.name, slice(side, shape, pair));
        }
        compare(shape, point(points, "function"), point(points, "echo"));
      }
    }
    samples.add("lost", "", (double) slices.lost());
    samples.add("unsent", "", (double) slices.unsent());
    samples.into(results);
    results.draw(NAME, figure());
  }

  private static Point point(Map<String, Point> points, String side) {
    return Objects.requireNonNull(points.get(side));
  }

  private LoadFlow flow(Side side, Shape shape) {
    return shape == Shape.CLOSED
        ? LoadFlow.closed(side.requests, 1)
        : LoadFlow.open(side.requests, new Schedule.Fixed(settings.rate()));
  }

  private Point slice(Side side, Shape shape, int pair) throws IOException {
    LoadFlow flow = flow(side, shape);
    double cpuMicros = side.run(shape, flow, settings.nanos());
    String name = side.series(shape) + " " + pair;
    slices.count(name, flow, results);
    if (shape == Shape.MANY) {
      // On one connection requests that find it waiting for an answer are left out by design.
      slices.countUnsent(name, flow, results);
    }
    Point row =
        Point.of(NAME, side.series(shape))
            .with(Column.REPETITION, pair)
            .with(Column.CPU_MICROS, cpuMicros);
    Point point =
        shape == Shape.CLOSED
            ? LoadPoint.closed(row, flow, settings.nanos())
            : LoadPoint.open(row, flow, new Schedule.Fixed(settings.rate()), settings.nanos());
    results.add(point, "pair=" + pair, flow.served());
    progress.accept(
        String.format(
            Locale.ROOT,
            "%-16s p50 %8.1f  p99 %8.1f µs  processor %6.1f µs a request",
            side.series(shape),
            point.number(Column.P50_MICROS),
            point.number(Column.P99_MICROS),
            cpuMicros));
    return point;
  }

  private void compare(Shape shape, Point function, Point echo) {
    switch (shape) {
      case CLOSED -> {
        compare("p50", "added_p50", function, echo, Column.P50_MICROS);
        compare("p99", "added_p99", function, echo, Column.P99_MICROS);
      }
      case ONE -> compare("cpu_one", "cpu_added_one", function, echo, Column.CPU_MICROS);
      case MANY -> compare("cpu", "cpu_added", function, echo, Column.CPU_MICROS);
    }
  }

  private void compare(String what, String added, Point function, Point echo, Column column) {
    double with = function.number(column);
    double without = echo.number(column);
    samples.add("function." + what, "us", with);
    samples.add("echo." + what, "us", without);
    samples.add(added, "us", with - without);
  }

  private Figure figure() {
    return new Figure(
        "The smallest function beside an echo of the same server",
        List.of(
            "%s connections, %s requests/s where the rate is fixed"
                .formatted(settings.connections(), settings.rate())),
        List.of(
            samples.panel(
                "latency, one connection [µs]",
                "function.p50",
                "echo.p50",
                "function.p99",
                "echo.p99"),
            samples.panel(
                "processor time of a request [µs]",
                "function.cpu",
                "echo.cpu",
                "function.cpu_one",
                "echo.cpu_one")));
  }
}
