package dev.pappus.bench.systems;

import dev.pappus.linux.Clocks;
import dev.pappus.linux.LinuxException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Processor time of a process with all that descends from it. */
public final class ProcessTree {
  /** USER_HZ, which the kernel fixes for all programs on x86-64. */
  private static final long NANOS_PER_TICK = 10_000_000;

  /** The field cutime, before cstime, counted behind the name (proc_pid_stat(5)). */
  private static final int ENDED_USER = 13;

  private ProcessTree() {}

  /**
   * So far, ended children that were waited for included, which count in ticks of 10 ms; 0 if there
   * is no such process.
   */
  public static long cpuNanos(long process) {
    return ProcessHandle.of(process).stream()
        .flatMap(root -> Stream.concat(Stream.of(root), root.descendants()))
        .mapToLong(each -> ownNanos(each.pid()) + endedTicks(each.pid()) * NANOS_PER_TICK)
        .sum();
  }

  private static long ownNanos(long process) {
    try {
      return Clocks.processCpuNanos(Math.toIntExact(process));
    } catch (LinuxException e) {
      return 0; // it has ended
    }
  }

  private static long endedTicks(long process) {
    try {
      String stat = Files.readString(Path.of("/proc/" + process + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return Long.parseLong(fields[ENDED_USER]) + Long.parseLong(fields[ENDED_USER + 1]);
    } catch (IOException e) {
      return 0; // it has ended
    }
  }
}
