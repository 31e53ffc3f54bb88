package dev.pappus.bench.node;

import dev.pappus.bench.ListeningProcess;
import dev.pappus.bench.TemporaryFolder;
import dev.pappus.bench.result.Column;
import dev.pappus.bench.result.Figure;
import dev.pappus.bench.result.Point;
import dev.pappus.bench.result.RunFolder;
import dev.pappus.bench.result.Samples;
import dev.pappus.bench.systems.ProcessTree;
import dev.pappus.bench.systems.ProductCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;

/**
 * How long a node takes from nothing to its first answer, with an empty data folder and with one
 * that holds a function, beside the least that Netty needs for an answer, as it comes and set as
 * the node's is: the same jar and options of the JVM, each with the JDK's cache of loaded classes
 * that fits it, or none.
 */
public final class StartBench {
  /** What shall hold. */
  public static final List<String> GOALS = List.of("empty_ratio<=1.4", "restart_ratio<=1.4");

  private static final String NAME = "start";
  private static final String CACHE = "-XX:AOTCache=";

  /** Behind the names of ratios that are not those of the goals. */
  private static final String WITHOUT = "_without_cache";

  /** Enough for the cache to tell what is hot; as many as the launcher's rehearsal has. */
  private static final int REHEARSAL_ANSWERS = 200;

  /** What the options begin with that set Netty, or say where its library lies, and not the JVM. */
  private static final List<String> OF_NETTY = List.of("-Dio.netty.", "-Djava.library.path=");

  /** What is started. */
  private enum Contender {
    HELLO,
    TUNED,
    EMPTY,
    RESTART;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final NodeSettings settings;
  private final Path folder;
  private final RunFolder results;
  private final Consumer<String> progress;
  private final Samples samples = new Samples();
  private final List<String> hello;
  private final List<String> tuned;
  private final String suffix;

  private StartBench(
      NodeSettings settings, Path folder, RunFolder results, Consumer<String> progress)
      throws IOException {
    this.settings = settings;
    this.folder = folder;
    this.results = results;
    this.progress = progress;
    List<String> options = new ArrayList<>(ProductCommand.jvmOptions());
    boolean cached = options.removeIf(option -> option.startsWith(CACHE));
    if (cached) {
      progress.accept("making caches of classes for what the node is compared with");
    } else {
      results.missing(
          "empty_ratio, empty_ratio_tuned, restart_ratio, invoke_ratio",
          "this command was started without the JVM's cache of classes: PAPPUS_CACHE=now ./pappus"
              + " bench start");
    }
    results.factor("class_cache", cached ? "each has its own" : "none has one");
    suffix = cached ? "" : WITHOUT;
    tuned = hello(Contender.TUNED, options, cached);
    hello =
        hello(
            Contender.HELLO,
            options.stream()
                .filter(option -> OF_NETTY.stream().noneMatch(option::startsWith))
                .toList(),
            cached);
  }

  /** The words that start the bare server with {@code options}, and a cache of its own. */
  private List<String> hello(Contender contender, List<String> options, boolean cached)
      throws IOException {
    List<String> all = new ArrayList<>(options);
    if (cached) {
      all.add(CACHE + cacheOfHello(folder.resolve(contender.text() + ".aot"), options));
    }
    return ProductCommand.java(all, List.of(), NettyHello.class.getName());
  }

  /**
   * Measures.
   *
   * @param results takes all that comes out; stays the caller's
   * @param progress told how far it is
   * @throws IOException if a server does not come up
   */
  public static void run(NodeSettings settings, RunFolder results, Consumer<String> progress)
      throws IOException {
    try (TemporaryFolder folder = new TemporaryFolder()) {
      new StartBench(settings, folder.path(), results, progress).measure();
    }
  }

  private Path cacheOfHello(Path cache, List<String> options) throws IOException {
    List<String> recording = new ArrayList<>(options);
    recording.add("-XX:AOTCacheOutput=" + cache);
    List<String> command =
        new ArrayList<>(ProductCommand.java(recording, List.of(), NettyHello.class.getName()));
    command.add(Integer.toString(REHEARSAL_ANSWERS));
    try (ListeningProcess rehearsal = ListeningProcess.start(command, folder, null)) {
      for (int i = 0; i < REHEARSAL_ANSWERS; i++) {
        String _ = FirstAnswer.of(rehearsal.address(""), "/", "");
      }
      rehearsal.awaitEnd();
    }
    if (!Files.exists(cache)) {
      throw new IOException("the JVM has made no cache of classes for " + command);
    }
    return cache;
  }

  private void measure() throws IOException {
    Path restart = folder.resolve("restart");
    try (StartedNode node = StartedNode.start(settings, restart, Map.of(), List.of(), null)) {
      node.deployEcho(settings);
      results.factor("sandbox", node.sandbox());
    }
    List<Contender> order = new ArrayList<>(List.of(Contender.values()));
    Random random = new Random(settings.seed());
    // The first turn fills caches of the system, and counts for nothing.
    for (int turn = 0; turn <= settings.repetitions(); turn++) {
      Collections.shuffle(order, random);
      Map<Contender, Started> times = new EnumMap<>(Contender.class);
      for (Contender each : order) {
        times.put(each, start(each, turn));
      }
      if (turn > 0) {
        record(times, turn);
      }
    }
    samples.into(results);
    results.draw(NAME, figure());
  }

  /**
   * One start.
   *
   * @param millis to the first answer
   * @param invokedMillis to the first answer of a function; NaN where there is none
   * @param cpuMillis processor time of the process until then
   */
  private record Started(double millis, double invokedMillis, double cpuMillis) {}

  private Started start(Contender contender, int turn) throws IOException {
    Path own =
        contender == Contender.RESTART
            ? folder.resolve("restart")
            : Files.createDirectories(folder.resolve(contender.text() + turn));
    List<String> command =
        switch (contender) {
          case HELLO -> hello;
          case TUNED -> tuned;
          case EMPTY, RESTART -> StartedNode.command(settings, own, Map.of(), List.of());
        };
    long began = System.nanoTime();
    try (ListeningProcess process = ListeningProcess.start(command, own, null)) {
      String health =
          switch (contender) {
            case HELLO, TUNED -> "";
            case EMPTY, RESTART -> "admin";
          };
      String _ = FirstAnswer.of(process.address(health), "/readyz", "");
      double millis = (System.nanoTime() - began) / 1e6;
      double cpuMillis = ProcessTree.cpuNanos(process.pid()) / 1e6;
      double invoked = Double.NaN;
      if (contender == Contender.RESTART) {
        String path = "/function/" + StartedNode.ECHO;
        String answer = FirstAnswer.of(process.address("invoke"), path, "hello");
        invoked = (System.nanoTime() - began) / 1e6;
        if (!answer.equals("hello")) {
          throw new IOException(path + " answers '" + answer + "'");
        }
      }
      return new Started(millis, invoked, cpuMillis);
    }
  }

  private void record(Map<Contender, Started> times, int pair) {
    for (Contender each : Contender.values()) {
      Started started = Objects.requireNonNull(times.get(each));
      results.add(
          Point.of(NAME, each.text())
              .with(Column.REPETITION, pair)
              .with(Column.SENT, 1L)
              .with(Column.COMPLETED, 1L)
              .with(Column.P50_MICROS, started.millis() * 1e3)
              .with(Column.CPU_MICROS, started.cpuMillis() * 1e3));
      samples.add(each.text() + ".start", "ms", started.millis());
      samples.add(each.text() + ".cpu", "ms", started.cpuMillis());
    }
    double bare = Objects.requireNonNull(times.get(Contender.HELLO)).millis();
    Started empty = Objects.requireNonNull(times.get(Contender.EMPTY));
    Started restart = Objects.requireNonNull(times.get(Contender.RESTART));
    samples.add("restart.invoke", "ms", restart.invokedMillis());
    samples.add("empty_ratio" + suffix, "", empty.millis() / bare);
    samples.add("restart_ratio" + suffix, "", restart.millis() / bare);
    samples.add("invoke_ratio" + suffix, "", restart.invokedMillis() / bare);
    double tunedMillis = Objects.requireNonNull(times.get(Contender.TUNED)).millis();
    samples.add("empty_ratio_tuned" + suffix, "", empty.millis() / tunedMillis);
    progress.accept(
        String.format(
            Locale.ROOT,
            "%3d: hello %.0f ms, tuned %.0f, empty node %.0f, restarted %.0f, its first invocation"
                + " %.0f",
            pair,
            bare,
            tunedMillis,
            empty.millis(),
            restart.millis(),
            restart.invokedMillis()));
  }

  private Figure figure() {
    return new Figure(
        "From nothing to the first answer",
        List.of("classes from caches: " + (suffix.isEmpty() ? "yes" : "no")),
        List.of(
            samples.panel(
                "time [ms]",
                "hello.start",
                "tuned.start",
                "empty.start",
                "restart.start",
                "restart.invoke"),
            samples.panel(
                "over a bare Netty server", "empty_ratio" + suffix, "restart_ratio" + suffix)));
  }
}
