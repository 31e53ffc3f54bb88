package dev.pappus.bench;

import dev.pappus.linux.Clocks;
import dev.pappus.sandbox.InstanceResult;
import dev.pappus.sandbox.kvm.EntryVariant;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/**
 * What a sandbox costs beyond the work in it: native code and sandbox take turns, in slices of a
 * few milliseconds for each start level, on one pinned thread, so that a slow phase of the machine
 * hits all of them.
 */
public final class SandboxBench {
  private static final ValueLayout.OfLong CHECKSUM = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final int SLICE = 12;
  private static final int WARM_UP_ROUNDS = 50;
  private static final int CPU_BATCH_MIN = 20;

  private final Path guestBuild;
  private final long cellNanos;
  private final Consumer<String> progress;

  /**
   * A benchmark.
   *
   * @param guestBuild folder of the guest programs
   * @param totalNanos about how long it may take
   * @param progress is told what is being measured
   */
  public SandboxBench(Path guestBuild, long totalNanos, Consumer<String> progress) {
    this.guestBuild = guestBuild;
    this.cellNanos = totalNanos / (1 + (long) BenchCase.ALL.size() * EntryVariant.values().length);
    this.progress = progress;
  }

  /**
   * Measures every case with every entry variant.
   *
   * @throws IOException if a guest program cannot be read
   * @throws dev.pappus.model.ProblemException SANDBOX_UNAVAILABLE
   * @throws IllegalStateException if a sandbox computes something else than the native code
   */
  public BenchReport run() throws IOException {
    List<BenchRow> rows = new ArrayList<>();
    Map<EntryVariant, Double> floors = new EnumMap<>(EntryVariant.class);
    HostFacts host = HostFacts.read();
    progress.accept("warming up");
    new Cell(BenchCase.NOP, EntryVariant.NO_IDT, new EnumMap<>(EntryVariant.class)).measure();
    for (EntryVariant variant : EntryVariant.values()) {
      for (BenchCase work : BenchCase.ALL) {
        progress.accept(variant.text() + ": " + work.name());
        rows.addAll(new Cell(work, variant, floors).measure());
      }
    }
    return new BenchReport(host, floors, rows);
  }

  /** One case with one entry variant. */
  private final class Cell {
    private final BenchCase work;
    private final EntryVariant variant;
    private final Map<EntryVariant, Double> floors;
    private final List<Invoker> invokers = new ArrayList<>();

    Cell(BenchCase work, EntryVariant variant, Map<EntryVariant, Double> floors) {
      this.work = work;
      this.variant = variant;
      this.floors = floors;
    }

    List<BenchRow> measure() throws IOException {
      BenchFunction function =
          BenchFunction.of(guestBuild, work.function(), work.input(), List.of("checksum"));
      try (NativeWork nativeWork = new NativeWork(guestBuild, work)) {
        for (StartKind kind : StartKind.values()) {
          invokers.add(new Invoker(kind, function, Long.toString(work.argument()), variant));
        }
        // All drivers first: their threads must not inherit this thread's single processor.
        for (Invoker invoker : invokers) {
          invoker.open();
        }
        floors.merge(variant, floor(), Math::min);
        long expected = nativeWork.run();
        long warm = System.nanoTime() + cellNanos / 5;
        for (int i = 0; i < WARM_UP_ROUNDS && System.nanoTime() - warm < 0; i++) {
          round(nativeWork, expected);
        }
        for (Invoker invoker : invokers) {
          invoker.times().reset();
          invoker.nativeTimes().reset();
        }
        long end = System.nanoTime() + cellNanos / 2;
        while (System.nanoTime() - end < 0) {
          round(nativeWork, expected);
        }
        return rows(nativeWork);
      } finally {
        // The first engine remembers what this thread was confined to before.
        invokers.reversed().forEach(Invoker::close);
      }
    }

    private double floor() {
      return invokers.stream().mapToDouble(Invoker::floorMicros).min().orElseThrow();
    }

    /** A slice of each start level: so short that a slow phase of the machine spans all of them. */
    private void round(NativeWork nativeWork, long expected) throws IOException {
      for (Invoker invoker : invokers) {
        for (int i = 0; i < SLICE; i++) {
          // The first of a slice finds its memory pushed out of the caches by the others'.
          pair(nativeWork, invoker, expected, i > 0);
        }
      }
    }

    /** Native, then the sandbox. */
    private void pair(NativeWork nativeWork, Invoker invoker, long expected, boolean counts)
        throws IOException {
      invoker.rest();
      invoker.prepareNext();
      long began = System.nanoTime();
      long checksum = nativeWork.run();
      long nativeTook = System.nanoTime() - began;
      requireSame(expected, checksum);
      began = System.nanoTime();
      InstanceResult result = invoker.invoke();
      long took = System.nanoTime() - began;
      requireSame(expected, checksum(result));
      if (counts && invoker.startedAsMeant(result)) {
        invoker.nativeTimes().recordValue(nativeTook);
        invoker.times().recordValue(took);
      }
    }

    private List<BenchRow> rows(NativeWork nativeWork) throws IOException {
      long budget = cellNanos / 2 / (StartKind.values().length + 1);
      double nativeCpu = cpuMicros(budget, nativeWork::run);
      List<BenchRow> rows = new ArrayList<>();
      for (Invoker invoker : invokers) {
        double cpu =
            cpuMicros(
                budget,
                () -> {
                  invoker.prepareNext();
                  invoker.invoke();
                });
        rows.add(row(invoker, cpu, nativeCpu));
      }
      return rows;
    }

    private BenchRow row(Invoker invoker, double cpu, double nativeCpu) {
      Histogram times = invoker.times();
      Histogram nativeTimes = invoker.nativeTimes();
      double nativeMin = nativeTimes.getMinValue() / 1000.0;
      double nativeP50 = nativeTimes.getValueAtPercentile(50) / 1000.0;
      double min = times.getMinValue() / 1000.0;
      double p50 = times.getValueAtPercentile(50) / 1000.0;
      double p99 = times.getValueAtPercentile(99) / 1000.0;
      return new BenchRow(
          work.name(),
          variant.text(),
          invoker.kind().text(),
          work.touchedBytes(),
          nativeMin,
          nativeP50,
          min - nativeMin,
          p50 - nativeP50,
          p99 - nativeP50,
          nativeMin / min,
          nativeP50 / p50,
          cpu,
          nativeCpu,
          times.getTotalCount());
    }
  }

  /** Something that is measured. */
  private interface Work {
    void run() throws IOException;
  }

  /** Processor time of the whole process for one run, over as many as the budget holds. */
  private static double cpuMicros(long budgetNanos, Work work) throws IOException {
    long end = System.nanoTime() + budgetNanos;
    long before = Clocks.processCpuNanos();
    long runs = 0;
    while (runs < CPU_BATCH_MIN || System.nanoTime() - end < 0) {
      work.run();
      runs++;
    }
    return (Clocks.processCpuNanos() - before) / 1000.0 / runs;
  }

  private static long checksum(InstanceResult result) {
    if (!result.succeeded()) {
      throw new IllegalStateException("a benchmark function failed: " + result.problem());
    }
    return result.outputs().getFirst().items().getFirst().data().get(CHECKSUM, 0);
  }

  private static void requireSame(long expected, long checksum) {
    if (checksum != expected) {
      throw new IllegalStateException(
          "the sandbox computed " + checksum + ", native code " + expected);
    }
  }
}
