package dev.pappus.bench;

import dev.pappus.linux.Clocks;
import dev.pappus.linux.LinuxException;
import java.io.IOException;

/** Processor time of this process, of children that have ended, and of those that live. */
final class ProcessorTime {
  private static final int RUNS_MIN = 20;

  private ProcessorTime() {}

  /** Something that is measured. */
  interface Work {
    void run() throws IOException;
  }

  /** For one run, in microseconds, over as many as the budget holds. */
  static double micros(long budgetNanos, Work work) throws IOException {
    long end = System.nanoTime() + budgetNanos;
    long before = nanos();
    long runs = 0;
    while (runs < RUNS_MIN || System.nanoTime() - end < 0) {
      work.run();
      runs++;
    }
    return (nanos() - before) / 1000.0 / runs;
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
