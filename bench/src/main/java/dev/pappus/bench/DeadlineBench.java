package dev.pappus.bench;

import dev.pappus.model.DataSet;
import dev.pappus.model.MonotonicClock;
import dev.pappus.sandbox.ComputeEngine;
import dev.pappus.sandbox.Context;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.RunOutcome;
import dev.pappus.sandbox.kvm.KvmDriver;
import dev.pappus.sandbox.kvm.KvmSettings;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.HdrHistogram.Histogram;

/** How long after its deadline a guest that loops for ever is gone. */
public final class DeadlineBench {
  private static final long FIRST_NANOS = 500_000;
  private static final int SPREAD_NANOS = 1_500_000;
  private static final double GOAL_MICROS = 500;

  private DeadlineBench() {}

  /**
   * The figures, in microseconds after the deadline.
   *
   * @param kills guests ended
   */
  public record Result(long kills, double min, double p50, double p99, double max) {
    /** Whether the median is good enough. */
    public boolean met() {
      return p50 <= GOAL_MICROS;
    }

    /** For people. */
    public String text() {
      return String.format(
          Locale.ROOT,
          "%d guests looped; ended after their deadline by µs: min %.0f, p50 %.0f, p99 %.0f, max %.0f%n"
              + "%s p50, goal at most %.0f µs%n",
          kills,
          min,
          p50,
          p99,
          max,
          met() ? "met" : "MISSED",
          GOAL_MICROS);
    }
  }

  /**
   * Ends guests for about {@code nanos}.
   *
   * @throws IOException if the guest program cannot be read
   * @throws IllegalStateException if a guest ended in another way
   */
  public static Result run(Path guestBuild, long nanos) throws IOException {
    BenchFunction loop =
        BenchFunction.of(guestBuild, "hostile", "mode", List.of("result", "other"));
    List<DataSet> input = loop.input("loop_forever");
    Histogram late = new Histogram(60_000_000_000L, 3);
    Random random = new Random(1);
    try (Arena arena = Arena.ofConfined();
        KvmDriver driver = new KvmDriver(KvmSettings.DEFAULTS.withWarmBlanks(0));
        ComputeEngine engine = driver.openEngine(0)) {
      PreparedFunction prepared = driver.prepare(loop.map(arena), BenchFunction.CONTEXT_BYTES);
      long end = MonotonicClock.SYSTEM.nanoTime() + nanos;
      while (System.nanoTime() - end < 0) {
        long deadline = System.nanoTime() + FIRST_NANOS + random.nextInt(SPREAD_NANOS);
        try (Context context = engine.domain().acquire(prepared)) {
          context.write(input, loop.spec().outputs());
          RunOutcome outcome = engine.run(context, Deadline.at(deadline));
          long after = System.nanoTime() - deadline;
          if (!(outcome instanceof RunOutcome.DeadlineExceeded)) {
            throw new IllegalStateException("an endless loop ended: " + outcome);
          }
          late.recordValue(Math.max(0, after));
        }
      }
    }
    return new Result(
        late.getTotalCount(),
        late.getMinValue() / 1000.0,
        late.getValueAtPercentile(50) / 1000.0,
        late.getValueAtPercentile(99) / 1000.0,
        late.getMaxValue() / 1000.0);
  }
}
