package dev.pappus.linux.struct;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/** {@code struct timespec}. */
public final class Timespec {
  public static final StructLayout LAYOUT =
      MemoryLayout.structLayout(JAVA_LONG.withName("tv_sec"), JAVA_LONG.withName("tv_nsec"));
  private static final long SECONDS = Fields.offset(LAYOUT, "tv_sec");
  private static final long NANOS = Fields.offset(LAYOUT, "tv_nsec");
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private Timespec() {}

  /** The time as nanoseconds. */
  public static long nanos(MemorySegment timespec) {
    return timespec.get(JAVA_LONG, SECONDS) * NANOS_PER_SECOND + timespec.get(JAVA_LONG, NANOS);
  }

  /** Stores {@code nanos} at {@code offset}. */
  public static void set(MemorySegment segment, long offset, long nanos) {
    segment.set(JAVA_LONG, offset + SECONDS, nanos / NANOS_PER_SECOND);
    segment.set(JAVA_LONG, offset + NANOS, nanos % NANOS_PER_SECOND);
  }
}
