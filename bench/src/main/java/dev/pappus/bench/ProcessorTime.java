package dev.pappus.bench;

import dev.pappus.linux.Clocks;
import dev.pappus.linux.LinuxException;
import java.io.IOException;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/** Processor time of this process, of children that have ended, and of those that live. */
final class ProcessorTime {
  private static final int RUNS_MIN = 1;
  private static final int BATCHES = 3;
  private static final long QUIET_NANOS = 15_000_000;
  private static final long QUIET_WAIT_NANOS_MAX = 300_000_000;

  private ProcessorTime() {}

  /** Something that is measured. */
  interface Work {
    void run() throws IOException;
  }

  /**
   * For one run, in microseconds: the median of some batches that take {@code budgetNanos} together
   * and begin when the JVM's compilers have caught up with what ran before, or after a while.
   */
  static double micros(long budgetNanos, Work work) throws IOException {
    double[] batches = new double[BATCHES];
    awaitCompilers();
    for (int i = 0; i < BATCHES; i++) {
      batches[i] = batchMicros(budgetNanos / BATCHES, work);
    }
    Arrays.sort(batches);
    return batches[BATCHES / 2];
  }

  private static double batchMicros(long budgetNanos, Work work) throws IOException {
    long end = System.nanoTime() + budgetNanos;
    long before = nanos();
    long runs = 0;
    while (runs < RUNS_MIN || System.nanoTime() - end < 0) {
      work.run();
      runs++;
    }
    return (nanos() - before) / 1000.0 / runs;
  }

  /** Until they have finished nothing for a moment; but not for long. */
  private static void awaitCompilers() {
    CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
    if (compilers == null || !compilers.isCompilationTimeMonitoringSupported()) {
      return;
    }
    long end = System.nanoTime() + QUIET_WAIT_NANOS_MAX;
    long last = -1;
    for (long now = compilers.getTotalCompilationTime();
        now != last && System.nanoTime() - end < 0;
        now = compilers.getTotalCompilationTime()) {
      last = now;
      LockSupport.parkNanos(QUIET_NANOS);
    }
  }

  /** In the order of lives: a child that ends in between counts once, or not at all. */
  private static long nanos() {
    long living =
        ProcessHandle.current().children().mapToLong(child -> nanosOf((int) child.pid())).sum();
    return living + Clocks.endedChildrenCpuNanos() + Clocks.processCpuNanos();
  }

  private static long nanosOf(int process) {
    try {
      return Clocks.processCpuNanos(process);
    } catch (LinuxException e) {
      // It has ended.
      return 0;
    }
  }
}
