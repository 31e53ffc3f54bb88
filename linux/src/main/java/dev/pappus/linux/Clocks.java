package dev.pappus.linux;

import dev.pappus.linux.struct.Rusage;
import dev.pappus.linux.struct.Timespec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The kernel's clocks. */
public final class Clocks {
  static final int CLOCK_MONOTONIC = 1;
  static final int CLOCK_THREAD_CPUTIME_ID = 3;
  private static final int CLOCK_PROCESS_CPUTIME_ID = 2;

  private Clocks() {}

  /** CLOCK_MONOTONIC in nanoseconds: the scale of timers and of {@link System#nanoTime()}. */
  public static long monotonicNanos() {
    return read(CLOCK_MONOTONIC);
  }

  /** CPU time of the calling thread in nanoseconds, time inside a guest included. */
  public static long threadCpuNanos() {
    return read(CLOCK_THREAD_CPUTIME_ID);
  }

  /** CPU time of the whole process in nanoseconds. */
  public static long processCpuNanos() {
    return read(CLOCK_PROCESS_CPUTIME_ID);
  }

  /**
   * CPU time of another process in nanoseconds.
   *
   * @throws LinuxException with EINVAL if there is none of that number
   */
  public static long processCpuNanos(int process) {
    // The C library's clock_getcpuclockid: the complement of the process, and the scheduler's
    // clock.
    return read(~process << 3 | 2);
  }

  /**
   * CPU time of all children that have ended and been waited for, and of theirs, in nanoseconds.
   */
  public static long endedChildrenCpuNanos() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment usage = arena.allocate(Rusage.LAYOUT);
      LibC.check(LibC.getrusage(Rusage.RUSAGE_CHILDREN, usage), "getrusage", "children");
      return Rusage.cpuNanos(usage);
    }
  }

  private static long read(int clock) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment time = arena.allocate(Timespec.LAYOUT);
      LibC.check(LibC.clockGettime(clock, time), "clock_gettime", "clock " + clock);
      return Timespec.nanos(time);
    }
  }
}
