package dev.pappus.bench.curves;

import dev.pappus.bench.load.Bson;
import dev.pappus.bench.load.LoadFlow;
import dev.pappus.bench.load.LoadGenerator;
import dev.pappus.bench.load.LoadPoint;
import dev.pappus.bench.load.Request;
import dev.pappus.bench.load.Schedule;
import dev.pappus.bench.load.Target;
import dev.pappus.bench.result.Column;
import dev.pappus.bench.result.Point;
import dev.pappus.bench.systems.ProcessTree;
import dev.pappus.bench.systems.Registrar;
import dev.pappus.bench.systems.SystemAdapter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A system that runs, with the generator that loads it. One thread uses it. */
final class SystemUnderTest implements AutoCloseable {
  private static final String HOT = "matmul_n";
  private static final String INPUT = "n";
  private static final int CONNECTIONS = 32;
  private static final int CONNECTIONS_MAX = 1000;

  /** So many that each event loop has some, however connections are dealt out to them. */
  private static final int AT_ONCE_PER_PROCESSOR = 8;

  private final SystemAdapter adapter;
  private final SystemAdapter.Running running;
  private final LoadGenerator generator;
  private final HotMix mix;
  private final long timeoutNanos;

  /** What a flow became: a row, and its times. */
  record Measured(Point point, LoadFlow flow) {}

  private SystemUnderTest(
      SystemAdapter adapter,
      SystemAdapter.Running running,
      LoadGenerator generator,
      HotMix mix,
      long timeoutNanos) {
    this.adapter = adapter;
    this.running = running;
    this.generator = generator;
    this.mix = mix;
    this.timeoutNanos = timeoutNanos;
  }

  /**
   * Starts a system.
   *
   * @param expected what each answer holds
   * @throws IOException if it does not come up or nobody listens
   */
  static SystemUnderTest start(SystemAdapter adapter, CurvesSettings settings, byte[] expected)
      throws IOException {
    SystemAdapter.Running running = adapter.start();
    @Nullable LoadGenerator generator = null;
    try {
      Target target = Target.parse(running.url());
      generator = new LoadGenerator(target.address(), CONNECTIONS_MAX);
      generator.connect(CONNECTIONS);
      Request[] cold = new Request[settings.cold()];
      Arrays.setAll(
          cold, i -> request(target, settings.bson(), Registrar.COLD + i, true, expected));
      HotMix mix = new HotMix(request(target, settings.bson(), HOT, false, expected), cold);
      return new SystemUnderTest(adapter, running, generator, mix, settings.timeoutNanos());
    } catch (IOException | RuntimeException e) {
      if (generator != null) {
        generator.close();
      }
      adapter.stop();
      throw e;
    }
  }

  private static Request request(
      Target target, boolean bson, String function, boolean cold, byte[] expected) {
    byte[] size = Integer.toString(CurvesSettings.SIZE).getBytes(StandardCharsets.US_ASCII);
    if (bson) {
      return target
          .at((cold ? "/cold/" : "/hot/") + function)
          .post(List.of(), Bson.invocation(function, INPUT, INPUT, size), Bson.onlyItem(expected));
    }
    return target
        .at("/function/" + function)
        .post(
            List.of(),
            size,
            (body, length) -> Arrays.equals(body, 0, length, expected, 0, expected.length));
  }

  /** Whether its generator is as prompt as it can be. */
  boolean prompt() {
    return generator.prompt();
  }

  /** As many requests at a time as keep all processors busy. */
  Measured closed(Point row, Series series, long nanos, long seed) throws IOException {
    int atOnce = AT_ONCE_PER_PROCESSOR * Runtime.getRuntime().availableProcessors();
    return closed(row, series, atOnce, nanos, seed);
  }

  /** One request at a time. */
  Measured alone(Point row, Series series, long nanos, long seed) throws IOException {
    return closed(row, series, 1, nanos, seed);
  }

  private Measured closed(Point row, Series series, int atOnce, long nanos, long seed)
      throws IOException {
    LoadFlow flow = LoadFlow.closed(mix.of(series.hotPercent(), seed), atOnce);
    double cpuMicros = run(flow, nanos);
    return new Measured(
        complete(LoadPoint.closed(row, flow, nanos), flow, series, cpuMicros), flow);
  }

  /** Poisson arrivals. */
  Measured open(Point row, Series series, double perSecond, long nanos, long seed)
      throws IOException {
    Schedule schedule = new Schedule.Poisson(perSecond, seed);
    LoadFlow flow = LoadFlow.open(mix.of(series.hotPercent(), seed), schedule);
    double cpuMicros = run(flow, nanos);
    return new Measured(
        complete(LoadPoint.open(row, flow, schedule, nanos), flow, series, cpuMicros)
            .with(Column.SEED, seed),
        flow);
  }

  /** Processor time of a request. */
  private double run(LoadFlow flow, long nanos) throws IOException {
    // A server may close connections that have waited for their turn too long.
    generator.connect(CONNECTIONS);
    long before = cpuNanos();
    generator.run(List.of(flow), nanos, timeoutNanos);
    return flow.sent() == 0 || running.process().isEmpty()
        ? Double.NaN
        : (cpuNanos() - before) / 1e3 / flow.sent();
  }

  private long cpuNanos() {
    return running.process().map(ProcessTree::cpuNanos).orElse(0L);
  }

  private static Point complete(Point point, LoadFlow flow, Series series, double cpuMicros) {
    Point more = point.with(Column.SYSTEM, series.system()).with(Column.CPU_MICROS, cpuMicros);
    if (!series.ours()) {
      return more;
    }
    Map<String, Long> starts = flow.starts();
    double all = starts.values().stream().mapToLong(Long::longValue).sum();
    double warm =
        starts.entrySet().stream()
            .filter(
                level -> level.getKey().startsWith("bound") || level.getKey().startsWith("loaded"))
            .mapToLong(Map.Entry::getValue)
            .sum();
    return more.with(Column.HOT_PERCENT, series.hotPercent())
        .with(Column.HOT_SEEN_PERCENT, all == 0 ? Double.NaN : 100 * warm / all);
  }

  @Override
  public void close() throws IOException {
    generator.close();
    adapter.stop();
  }
}
