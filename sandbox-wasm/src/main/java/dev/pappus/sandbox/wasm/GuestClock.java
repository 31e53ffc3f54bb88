package dev.pappus.sandbox.wasm;

/**
 * The clocks of a run, the same in every run: they begin at fixed times and go on by a microsecond
 * with each look at one of them, and by as much as the guest asks to wait.
 */
final class GuestClock {
  /** 2020-01-01T00:00:00Z. */
  static final long REALTIME_START_NANOS = 1_577_836_800_000_000_000L;

  static final int REALTIME = 0;
  static final int MONOTONIC = 1;
  static final int PROCESS_CPU = 2;
  static final int THREAD_CPU = 3;

  /** How much a look takes; also the clocks' resolution. */
  static final long STEP_NANOS = 1000;

  private long elapsedNanos;

  /** Looks at a clock. */
  long read(int clock) {
    elapsedNanos += STEP_NANOS;
    return start(clock) + elapsedNanos;
  }

  /** The time of a clock, without a look. */
  long now(int clock) {
    return start(clock) + elapsedNanos;
  }

  /** Lets time pass; a duration that no clock can show ends at the last time that one can. */
  void pass(long nanos) {
    long left = Long.MAX_VALUE - REALTIME_START_NANOS - elapsedNanos;
    elapsedNanos += Math.max(0, Math.min(nanos, left - (1L << 40)));
  }

  private static long start(int clock) {
    return switch (clock) {
      case REALTIME -> REALTIME_START_NANOS;
      case MONOTONIC, PROCESS_CPU, THREAD_CPU -> 0;
      default -> throw Errno.of(Errno.INVAL);
    };
  }
}
