package dev.pappus.linux.struct;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/** {@code struct rusage}: its times; the rest are counters that nobody here reads. */
public final class Rusage {
  public static final int RUSAGE_CHILDREN = -1;

  private static final StructLayout TIMEVAL =
      MemoryLayout.structLayout(JAVA_LONG.withName("tv_sec"), JAVA_LONG.withName("tv_usec"));

  public static final StructLayout LAYOUT =
      MemoryLayout.structLayout(
          TIMEVAL.withName("ru_utime"),
          TIMEVAL.withName("ru_stime"),
          MemoryLayout.sequenceLayout(14, JAVA_LONG).withName("ru_counters"));

  private static final long USER_SECONDS = Fields.offset(LAYOUT, "ru_utime", "tv_sec");
  private static final long USER_MICROS = Fields.offset(LAYOUT, "ru_utime", "tv_usec");
  private static final long SYSTEM_SECONDS = Fields.offset(LAYOUT, "ru_stime", "tv_sec");
  private static final long SYSTEM_MICROS = Fields.offset(LAYOUT, "ru_stime", "tv_usec");

  private Rusage() {}

  /** Processor time in user and kernel mode together, in nanoseconds. */
  public static long cpuNanos(MemorySegment usage) {
    long seconds = usage.get(JAVA_LONG, USER_SECONDS) + usage.get(JAVA_LONG, SYSTEM_SECONDS);
    long micros = usage.get(JAVA_LONG, USER_MICROS) + usage.get(JAVA_LONG, SYSTEM_MICROS);
    return seconds * 1_000_000_000L + micros * 1000;
  }
}
