package dev.pappus.bench.node;

import dev.pappus.bench.ControlGroup;
import dev.pappus.bench.NodeMemory;
import dev.pappus.bench.TemporaryFolder;
import dev.pappus.bench.result.Column;
import dev.pappus.bench.result.Figure;
import dev.pappus.bench.result.Point;
import dev.pappus.bench.result.RunFolder;
import dev.pappus.bench.result.Samples;
import dev.pappus.bench.systems.Registrar;
import dev.pappus.model.Limit;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a node occupies: at rest, with more warm sandboxes, and with thousands of functions; and how
 * long it takes to register them. Each time a node of its own.
 */
public final class MemoryBench {
  /** What shall hold. */
  public static final List<String> GOALS =
      List.of("idle<=150", "sandbox<=3", "register<=60", "registered<=60");

  private static final String NAME = "memory";
  private static final double MEBIBYTE = 1 << 20;

  /** Sandboxes that are there before those that are counted: the JVM touches its own memory. */
  private static final int WARM_BEFORE = 20;

  private static final int WARM_CALLS = 50;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** More than any number of sandboxes here keeps. */
  private static final long RESIDENT_BYTES_MAX = 8L << 30;

  private final Settings settings;
  private final RunFolder results;
  private final Consumer<String> progress;
  private final Samples samples = new Samples();

  /**
   * How to measure.
   *
   * @param node what, and how often
   * @param sandboxes how many more of them
   * @param functions how many are registered
   * @param returnNanos how long a node has to give freed memory back to the system
   */
  public record Settings(NodeSettings node, int sandboxes, int functions, long returnNanos) {
    public Settings {
      if (sandboxes < 1 || functions < 1 || returnNanos < 0) {
        throw new IllegalArgumentException("at least one sandbox and one function are needed");
      }
    }
  }

  /** A node with a control group of its own, if this host has one for us. */
  private record Measured(
      TemporaryFolder folder, @Nullable ControlGroup group, StartedNode node, NodeMemory memory)
      implements AutoCloseable {
    static Measured start(NodeSettings settings, Map<Limit, Long> limits, List<String> arguments)
        throws IOException {
      TemporaryFolder folder = new TemporaryFolder();
      @Nullable ControlGroup group = null;
      try {
        group = ControlGroup.make();
        Path own = folder.path().resolve("node");
        StartedNode node = StartedNode.start(settings, own, limits, arguments, group);
        return new Measured(folder, group, node, new NodeMemory(group, node.pid()));
      } catch (IOException | RuntimeException e) {
        if (group != null) {
          group.close();
        }
        folder.close();
        throw e;
      }
    }

    /** The group last: no process may be in it any more. */
    @Override
    public void close() throws IOException {
      node.close();
      folder.close();
      if (group != null) {
        group.close();
      }
    }
  }

  private MemoryBench(Settings settings, RunFolder results, Consumer<String> progress) {
    this.settings = settings;
    this.results = results;
    this.progress = progress;
  }

  /**
   * Measures.
   *
   * @param results takes all that comes out; stays the caller's
   * @param progress told how far it is
   * @throws IOException if a node does not come up, or does not do as it is asked
   */
  public static void run(Settings settings, RunFolder results, Consumer<String> progress)
      throws IOException {
    MemoryBench bench = new MemoryBench(settings, results, progress);
    for (int repetition = 1; repetition <= settings.node().repetitions(); repetition++) {
      bench.registration(repetition);
      bench.sandboxes(repetition);
    }
    bench.samples.into(results);
    results.draw(NAME, bench.figure());
  }

  /** A node as it comes, at rest; then with many functions. */
  private void registration(int repetition) throws IOException {
    try (Measured measured = Measured.start(settings.node(), Map.of(), List.of())) {
      results.factor("memory", measured.memory().from());
      long idle = settled("idle " + repetition, measured.memory());
      row("idle", "MiB", repetition, 1, idle / MEBIBYTE, idle);
      long idleKernel = measured.memory().kernelBytes();
      long resident = measured.memory().residentBytes();
      row("idle_resident", "MiB", repetition, 1, resident / MEBIBYTE, resident);
      long nanos =
          Registrar.register(
              measured.node().administration().toString(),
              settings.node().function(StartedNode.ECHO),
              settings.functions() - 1);
      results.factor("sandbox", measured.node().sandbox());
      row("register", "s", repetition, settings.functions(), nanos / 1e9, 0);
      long more = settled("registered " + repetition, measured.memory()) - idle;
      row("registered", "MiB", repetition, settings.functions(), more / MEBIBYTE, more);
      if (measured.group() != null) {
        long kernel = measured.memory().kernelBytes() - idleKernel;
        row(
            "registered_kernel",
            "MiB",
            repetition,
            settings.functions(),
            kernel / MEBIBYTE,
            kernel);
      }
      if (settings.returnNanos() > 0) {
        LockSupport.parkNanos(settings.returnNanos());
        long later = settled("registered_later " + repetition, measured.memory()) - idle;
        row("registered_later", "MiB", repetition, settings.functions(), later / MEBIBYTE, later);
      }
    }
  }

  /**
   * On one engine, and none of the threads that read requests, so that each function has one
   * sandbox and no more. On one processor these cannot be kept apart; if it mattered, the check of
   * what is bound would say so.
   */
  private void sandboxes(int repetition) throws IOException {
    int all = WARM_BEFORE + settings.sandboxes();
    Map<Limit, Long> limits =
        Map.of(
            Limit.WARM_SANDBOXES,
            Math.max(Limit.WARM_SANDBOXES.defaultValue(), 2L * all),
            Limit.RESIDENT_BYTES,
            RESIDENT_BYTES_MAX);
    List<String> arguments =
        Runtime.getRuntime().availableProcessors() > 1
            ? List.of("--engines", "1", "--io-cores", "1")
            : List.of("--engines", "1");
    results.factor("sandboxes.node", String.join(" ", arguments));
    results.factor("sandboxes.limits", "warm_sandboxes and resident_bytes out of the way");
    try (Measured measured = Measured.start(settings.node(), limits, arguments);
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      URI invocation = measured.node().invocation();
      long _ =
          Registrar.register(
              measured.node().administration().toString(),
              settings.node().function(StartedNode.ECHO),
              all);
      for (int call = 0; call < WARM_CALLS; call++) {
        invoke(client, invocation, 0, WARM_BEFORE);
      }
      long before = settled("before sandbox " + repetition, measured.memory());
      invoke(client, invocation, WARM_BEFORE, all);
      int bound = invoke(client, invocation, WARM_BEFORE, all);
      if (bound < settings.sandboxes()) {
        throw new IOException(
            "only %d of %d functions still had their sandbox when they were called again"
                .formatted(bound, settings.sandboxes()));
      }
      long after = settled("sandbox " + repetition, measured.memory());
      double each = (double) (after - before) / settings.sandboxes();
      row("sandbox", "MiB", repetition, settings.sandboxes(), each / MEBIBYTE, (long) each);
    }
  }

  /** Calls functions one after the other; how many of them had a sandbox that held them. */
  private static int invoke(HttpClient client, URI node, int from, int until) throws IOException {
    int bound = 0;
    try {
      for (int i = from; i < until; i++) {
        HttpRequest request =
            HttpRequest.newBuilder(node.resolve("/function/" + Registrar.COLD + i))
                .timeout(PATIENCE)
                .POST(HttpRequest.BodyPublishers.ofString("hello"))
                .build();
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200 || !answer.body().equals("hello")) {
          throw new IOException(request.uri() + " answers " + answer.body());
        }
        bound += answer.headers().firstValue("X-Pappus-Start").orElse("").equals("bound") ? 1 : 0;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    return bound;
  }

  /** Says so of what has not stopped to change. */
  private long settled(String when, NodeMemory memory) throws IOException {
    SettledMemory seen = SettledMemory.await(memory::bytes, SettledMemory.LOOK_NANOS);
    if (!seen.settled()) {
      results.note(
          String.format(
              Locale.ROOT,
              "%s: memory had not stopped to change when it was read; it moved by %.1f MiB",
              when,
              seen.spreadBytes() / MEBIBYTE));
    }
    return seen.bytes();
  }

  private void row(
      String series, String unit, int repetition, int count, double value, long bytes) {
    Point point =
        Point.of(NAME, series).with(Column.REPETITION, repetition).with(Column.INSTANCES, count);
    results.add(
        unit.equals("s")
            ? point.with(Column.DURATION_SECONDS, value)
            : point.with(Column.COMMITTED_MEAN_BYTES, bytes));
    samples.add(series, unit, value);
    progress.accept(String.format(Locale.ROOT, "%-18s %10.2f %s", series, value, unit));
  }

  private Figure figure() {
    return new Figure(
        "Memory of a node",
        List.of("%d sandboxes, %d functions".formatted(settings.sandboxes(), settings.functions())),
        List.of(
            samples.panel("node [MiB]", "idle", "idle_resident", "registered", "registered_later"),
            samples.panel("each warm sandbox [MiB]", "sandbox")));
  }
}
