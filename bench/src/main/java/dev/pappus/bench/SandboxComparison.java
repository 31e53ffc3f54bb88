package dev.pappus.bench;

import dev.pappus.linux.Threads;
import dev.pappus.sandbox.EnginePlaces;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/** All sandboxes of this platform beside others: times in turn, then memory one after the other. */
final class SandboxComparison {
  private static final BenchCase WORK = BenchCase.MATMUL_128;
  private static final int ROUNDS_MIN = 3;

  private static final int MEMORY_ROUNDS = 3;

  /** Who has so much time gets more than one look at memory. */
  private static final long MANY_ROUNDS_NANOS = 30_000_000_000L;

  /** Every round starts each yardstick four times. */
  private static final int ROUNDS_MAX = 500;

  private final Path guestBuild;
  private final Path scratch;
  private final long nanos;
  private final Consumer<String> progress;

  /** By the name of each: figures, or why there are none. In the order of the report. */
  private final Map<String, SandboxRow> rows = new LinkedHashMap<>();

  private final Map<String, SandboxRow.Memory> memories = new LinkedHashMap<>();

  /** Takes about {@code nanos}, and some seconds for memory. */
  SandboxComparison(Path guestBuild, Path scratch, long nanos, Consumer<String> progress) {
    this.guestBuild = guestBuild;
    this.scratch = scratch;
    this.nanos = nanos;
    this.progress = progress;
  }

  SandboxTable run() throws IOException {
    List<Contender> contenders = new ArrayList<>();
    int memoryRounds = nanos < MANY_ROUNDS_NANOS ? 1 : MEMORY_ROUNDS;
    for (SandboxKind sandbox :
        List.of(SandboxKind.preferredKvm(), SandboxKind.PROCESS, SandboxKind.WASM)) {
      contenders.add(new OwnSandbox(sandbox, guestBuild, scratch, memoryRounds));
    }
    for (Yardstick yardstick : Yardstick.values()) {
      contenders.add(new YardstickRuns(yardstick, guestBuild, scratch));
    }
    for (Contender each : contenders) {
      rows.put(each.name(), new SandboxRow.Missing(each.name(), "not measured yet"));
    }
    progress.accept("memory of all sandboxes");
    try (MemoryGauge gauge = MemoryGauge.open()) {
      for (Contender each : contenders) {
        memories.put(each.name(), memory(each, gauge));
      }
    }
    progress.accept("all sandboxes in turn");
    Spread nativeWork = times(contenders);
    return new SandboxTable(WORK.name(), nativeWork, List.copyOf(rows.values()));
  }

  private static SandboxRow.Memory memory(Contender contender, MemoryGauge gauge)
      throws IOException {
    try {
      return contender.memory(gauge);
    } catch (Unavailable e) {
      return new SandboxRow.Memory(OptionalDouble.empty(), OptionalDouble.empty(), e.reason());
    }
  }

  private Spread times(List<Contender> contenders) throws IOException {
    EnginePlaces places = new EnginePlaces();
    BitSet before = Threads.affinity();
    List<Contender> running = new ArrayList<>(contenders);
    try (NativeWork nativeWork = new NativeWork(guestBuild, WORK)) {
      each(running, Contender::prepare);
      BitSet _ = places.take(0);
      each(running, Contender::open);
      long expected = nativeWork.run();
      Histogram nativeTimes = new Histogram(Invoker.HIGHEST_NANOS, 3);
      rounds(running, nanos / 5, nativeWork, nativeTimes, expected);
      nativeTimes.reset();
      running.forEach(Contender::reset);
      rounds(running, nanos * 3 / 5, nativeWork, nativeTimes, expected);
      long cpuNanos = nanos / 5 / Math.max(1, running.size());
      each(
          running,
          contender ->
              rows.put(
                  contender.name(),
                  contender.row(cpuNanos, Objects.requireNonNull(memories.get(contender.name())))));
      return Spread.of(nativeTimes);
    } finally {
      contenders.reversed().forEach(Contender::close);
      Threads.setAffinity(before);
    }
  }

  private void rounds(
      List<Contender> running,
      long budgetNanos,
      NativeWork nativeWork,
      Histogram nativeTimes,
      long expected)
      throws IOException {
    long end = System.nanoTime() + budgetNanos;
    for (int i = 0; i < ROUNDS_MIN || (i < ROUNDS_MAX && System.nanoTime() - end < 0); i++) {
      for (int run = 0; run < 2; run++) {
        long began = System.nanoTime();
        long checksum = nativeWork.run();
        nativeTimes.recordValue(System.nanoTime() - began);
        NativeWork.requireSame(expected, checksum);
      }
      each(running, contender -> contender.round(expected));
    }
  }

  /** A step of a contender. */
  private interface Step {
    void take(Contender contender) throws IOException, Unavailable;
  }

  /** Who cannot take it says why, and is out. */
  private void each(List<Contender> running, Step step) throws IOException {
    for (Contender contender : List.copyOf(running)) {
      try {
        step.take(contender);
      } catch (Unavailable e) {
        running.remove(contender);
        rows.put(contender.name(), new SandboxRow.Missing(contender.name(), e.reason()));
      }
    }
  }
}
