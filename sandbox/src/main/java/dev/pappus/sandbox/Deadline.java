package dev.pappus.sandbox;

/**
 * When one run must have ended. It can only move to an earlier time; moving it to now is how a run
 * is cancelled. Any thread may use it.
 */
public final class Deadline {
  private volatile long nanos;
  private volatile boolean cancelled;

  private Deadline(long nanos) {
    this.nanos = nanos;
  }

  /** At {@code nanos} on {@link System#nanoTime()}'s scale. */
  public static Deadline at(long nanos) {
    return new Deadline(nanos);
  }

  /** {@code nanos} from now. */
  public static Deadline in(long nanos) {
    return new Deadline(System.nanoTime() + nanos);
  }

  /** When, on {@link System#nanoTime()}'s scale. */
  public long nanos() {
    return nanos;
  }

  /** Whether it has passed at {@code nowNanos}. */
  public boolean hasPassed(long nowNanos) {
    return nowNanos - nanos >= 0;
  }

  /**
   * Moves it to {@code earlierNanos}, if that is earlier.
   *
   * @return whether it was
   */
  public synchronized boolean bringForward(long earlierNanos) {
    boolean earlier = earlierNanos - nanos < 0;
    if (earlier) {
      nanos = earlierNanos;
    }
    return earlier;
  }

  /**
   * Moves it to now. Whoever calls this calls {@link ComputeEngine#nudge} afterwards, so that a run
   * that is under way notices.
   */
  public void cancel() {
    cancelled = true;
    bringForward(System.nanoTime());
  }

  /** Whether {@link #cancel} was called. */
  public boolean isCancelled() {
    return cancelled;
  }
}
