package dev.pappus.bench.systems;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Processor time of a process with all that descends from it. */
public final class ProcessTree {
  /** USER_HZ, which the kernel fixes for all programs on x86-64. */
  private static final long NANOS_PER_TICK = 10_000_000;

  /** The fields utime, stime, cutime and cstime, counted behind the name (proc_pid_stat(5)). */
  private static final int FIRST_TIME = 11;

  private static final int TIMES = 4;

  private ProcessTree() {}

  /** So far, ended children that were waited for included; 0 if there is no such process. */
  public static long cpuNanos(long process) {
    return ProcessHandle.of(process).stream()
        .flatMap(root -> Stream.concat(Stream.of(root), root.descendants()))
        .mapToLong(each -> ticks(each.pid()) * NANOS_PER_TICK)
        .sum();
  }

  private static long ticks(long process) {
    try {
      String stat = Files.readString(Path.of("/proc/" + process + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      long sum = 0;
      for (int i = FIRST_TIME; i < FIRST_TIME + TIMES; i++) {
        sum += Long.parseLong(fields[i]);
      }
      return sum;
    } catch (IOException e) {
      return 0; // it has ended
    }
  }
}
