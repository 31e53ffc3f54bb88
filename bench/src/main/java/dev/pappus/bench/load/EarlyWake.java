package dev.pappus.bench.load;

/**
 * How long a thread sleeps until something is due. A processor that was idle takes a while to wake
 * up, in virtual machines 100 µs and more, which would be the next request's lag. So it wakes early
 * and polls until then, for a fiftieth of the time at most: no more is taken from a server on the
 * same processors, which hardly sleep where much is due. Belongs to one thread.
 */
final class EarlyWake {
  static final long EARLY_NANOS = 150_000;
  static final long SHARE = 50;

  private final long beganNanos;
  private long polledNanos;
  private boolean polls;
  private long pollsFromNanos;
  private long pollsUntilNanos;

  /** Its time is counted from {@code nowNanos} on. */
  EarlyWake(long nowNanos) {
    beganNanos = nowNanos;
  }

  /**
   * How long to sleep before the next look; 0 is not at all.
   *
   * @param dueInNanos when the next thing is due
   */
  long pauseNanos(long nowNanos, long dueInNanos) {
    if (polls && dueInNanos > 0 && pollsUntilNanos - nowNanos > 0) {
      return 0;
    }
    if (polls) {
      polledNanos += Math.max(0, nowNanos - pollsFromNanos);
    }
    polls =
        dueInNanos > EARLY_NANOS && polledNanos + EARLY_NANOS <= (nowNanos - beganNanos) / SHARE;
    if (!polls) {
      return dueInNanos;
    }
    pollsUntilNanos = nowNanos + dueInNanos;
    pollsFromNanos = pollsUntilNanos - EARLY_NANOS;
    return dueInNanos - EARLY_NANOS;
  }
}
