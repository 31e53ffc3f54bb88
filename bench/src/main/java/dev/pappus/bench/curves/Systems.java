package dev.pappus.bench.curves;

import dev.pappus.bench.LastWish;
import dev.pappus.bench.TemporaryFolder;
import dev.pappus.bench.result.RunFolder;
import dev.pappus.bench.systems.ProductCommand;
import dev.pappus.bench.systems.SystemAdapter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All systems of a figure that this host can run, each started once: an idle one costs others
 * nothing but memory, and points of all curves can take turns.
 */
final class Systems implements AutoCloseable {
  private final TemporaryFolder scratch = new TemporaryFolder();
  private final long beganNanos = System.nanoTime();
  private final Map<String, SystemUnderTest> running = new ConcurrentHashMap<>();

  /** All that were started, or are being started; guarded by itself. */
  private final List<SystemAdapter> adapters = new ArrayList<>();

  /** Guarded by them. */
  private boolean ending;

  private final LastWish wish = LastWish.of(LastWish.Turn.PROCESSES, this::abandonAll);

  private Systems() throws IOException {}

  /**
   * Starts those that the curves need; of the others the run folder says why not. They end with
   * this process, too.
   *
   * @throws IOException if none comes up, or an adapter is not complete
   */
  static Systems start(
      List<Series> curves,
      CurvesSettings settings,
      byte[] expected,
      RunFolder results,
      Consumer<String> progress)
      throws IOException {
    Systems systems = new Systems();
    try {
      Path pappus =
          ProductCommand.write(systems.scratch.path(), settings.home(), settings.guestBuild());
      Map<String, Series> needed = new LinkedHashMap<>();
      curves.forEach(series -> needed.putIfAbsent(key(series), series));
      for (Series series : needed.values()) {
        systems.start(series, settings, pappus, expected, results, progress);
      }
      if (systems.running.isEmpty()) {
        throw new IOException("none of the systems can be measured here");
      }
      return systems;
    } catch (IOException | RuntimeException | Error e) {
      systems.close();
      throw e;
    }
  }

  private void start(
      Series series,
      CurvesSettings settings,
      Path pappus,
      byte[] expected,
      RunFolder results,
      Consumer<String> progress)
      throws IOException {
    String key = key(series);
    SystemAdapter adapter =
        new SystemAdapter(
            settings.home().resolve("bench/systems").resolve(series.system()),
            new SystemAdapter.Environment(
                pappus,
                settings.guestBuild(),
                Files.createDirectory(scratch.path().resolve(key)),
                series.backend(),
                settings.cold(),
                CurvesSettings.SIZE));
    Optional<String> reason = adapter.check();
    if (reason.isPresent()) {
      results.missing(key, reason.get());
      progress.accept(key + ": not measured: " + reason.get());
      return;
    }
    Map<String, String> description = adapter.describe();
    description.forEach((name, value) -> results.factor(key + "." + name, value));
    String protocol = settings.bson() ? "bson" : "http";
    if (!List.of(description.getOrDefault("protocol", "").split(" ", -1)).contains(protocol)) {
      results.missing(key, "it does not speak " + protocol);
      progress.accept(key + ": not measured: it does not speak " + protocol);
      return;
    }
    if (settings.budgetNanos() > 0 && System.nanoTime() - beganNanos > settings.budgetNanos() / 2) {
      results.missing(key, "half of the time for this run had passed before its start");
      return;
    }
    progress.accept("starting " + key);
    synchronized (adapters) {
      if (ending) {
        throw new IOException("this process is ending");
      }
      adapters.add(adapter);
    }
    SystemUnderTest system;
    try {
      system = SystemUnderTest.start(adapter, settings, expected);
    } catch (IOException e) {
      results.missing(key, String.valueOf(e.getMessage()));
      progress.accept(key + ": not measured: " + e.getMessage());
      return;
    }
    running.put(key, system);
    results.factor(
        "generator", system.prompt() ? "SCHED_FIFO, exact timers" : "ordinary priority and timers");
  }

  private static String key(Series series) {
    return series.ours() ? series.system() + "-" + series.backend() : series.system();
  }

  /** Whether it runs. */
  boolean has(Series series) {
    return running.containsKey(key(series));
  }

  /** The system of a curve. */
  SystemUnderTest of(Series series) {
    SystemUnderTest system = running.get(key(series));
    if (system == null) {
      throw new IllegalStateException(key(series) + " does not run");
    }
    return system;
  }

  /** Stops all, whatever becomes of one; says what became of the last that could not be. */
  private @Nullable IOException stopAll() {
    IOException failure = null;
    for (SystemUnderTest system : running.values()) {
      try {
        system.close();
      } catch (IOException e) {
        failure = e;
      }
    }
    running.clear();
    return failure;
  }

  /** When the process is ended from outside, even while one is being started. */
  private void abandonAll() throws IOException {
    IOException failure = null;
    List<SystemAdapter> all;
    synchronized (adapters) {
      all = List.copyOf(adapters);
      ending = true;
    }
    for (SystemAdapter adapter : all) {
      try {
        adapter.abandon();
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public void close() throws IOException {
    IOException failure = stopAll();
    wish.forget();
    scratch.close();
    if (failure != null) {
      throw failure;
    }
  }
}
