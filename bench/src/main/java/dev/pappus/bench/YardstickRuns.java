package dev.pappus.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** A yardstick in the comparison. */
final class YardstickRuns implements Contender {
  private static final int SLICE = 2;
  private static final int HELD = 8;

  private final Yardstick yardstick;
  private final Path guestBuild;
  private final Path scratch;
  private final Histogram creates = new Histogram(Invoker.HIGHEST_NANOS, 3);
  private final Histogram emptyTimes = new Histogram(Invoker.HIGHEST_NANOS, 3);
  private final Histogram workTimes = new Histogram(Invoker.HIGHEST_NANOS, 3);
  private final Histogram resets = new Histogram(Invoker.HIGHEST_NANOS, 3);
  private long cpuNanos;
  private String note = "";
  private @Nullable Launcher empty;
  private @Nullable Launcher work;

  YardstickRuns(Yardstick yardstick, Path guestBuild, Path scratch) {
    this.yardstick = yardstick;
    this.guestBuild = guestBuild;
    this.scratch = scratch;
  }

  @Override
  public String name() {
    return yardstick.text();
  }

  @Override
  public void prepare() {}

  @Override
  public void open() throws IOException, Unavailable {
    empty = launcher(BenchCase.MATMUL_0.argument());
    work = launcher(BenchCase.MATMUL_128.argument());
  }

  private Launcher launcher(long n) throws IOException, Unavailable {
    Yardstick.Started started = yardstick.start(guestBuild, scratch, n);
    note = started.note();
    return started.launcher();
  }

  @Override
  public void round(long expected) throws Unavailable {
    Launcher without = empty;
    Launcher with = work;
    if (without == null || with == null) {
      throw new IllegalStateException("open() comes first");
    }
    for (int i = 0; i < SLICE; i++) {
      Launcher.Run run = without.run();
      NativeWork.requireSame(0, run.checksum());
      if (i > 0) {
        creates.recordValue(run.createNanos());
        emptyTimes.recordValue(run.endNanos());
      }
    }
    for (int i = 0; i < SLICE; i++) {
      Launcher.Run run = with.run();
      NativeWork.requireSame(expected, run.checksum());
      if (i > 0) {
        workTimes.recordValue(run.endNanos());
        resets.recordValue(run.endNanos() - run.answerNanos());
        cpuNanos += run.cpuNanos();
      }
    }
  }

  @Override
  public void reset() {
    List.of(creates, emptyTimes, workTimes, resets).forEach(Histogram::reset);
    cpuNanos = 0;
  }

  @Override
  public SandboxRow.Measured row(long nanos, SandboxRow.Memory memory) {
    long samples = workTimes.getTotalCount();
    SandboxRow.Start start =
        new SandboxRow.Start(
            yardstick.start().text(),
            Spread.of(emptyTimes),
            Spread.of(workTimes),
            cpuNanos / 1000.0 / samples,
            samples);
    return new SandboxRow.Measured(
        name(), note, Spread.of(creates), List.of(start), Spread.of(resets), memory);
  }

  @Override
  public SandboxRow.Memory memory(MemoryGauge gauge) throws IOException, Unavailable {
    try (Launcher launcher = launcher(BenchCase.MATMUL_128.argument())) {
      long before = gauge.bytes();
      for (int i = 0; i < HELD; i++) {
        Launcher.Run _ = launcher.hold();
      }
      double kib = (gauge.bytes() - before) / 1024.0 / HELD;
      launcher.end();
      return new SandboxRow.Memory(OptionalDouble.empty(), OptionalDouble.of(kib), gauge.from());
    }
  }

  @Override
  public void close() {
    if (work != null) {
      work.close();
      work = null;
    }
    if (empty != null) {
      empty.close();
      empty = null;
    }
  }
}
