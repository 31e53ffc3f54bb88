package dev.pappus.sandbox;

import org.jspecify.annotations.Nullable;

/**
 * When one run must have ended. It can only move to an earlier time; moving it to now is how a run
 * is cancelled. Any thread may use it.
 */
public final class Deadline {
  private volatile long nanos;
  private volatile boolean cancelled;
  private final @Nullable Deadline outer;

  private Deadline(long nanos, @Nullable Deadline outer) {
    this.nanos = nanos;
    this.outer = outer;
  }

  /** At {@code nanos} on {@link System#nanoTime()}'s scale. */
  public static Deadline at(long nanos) {
    return new Deadline(nanos, null);
  }

  /** {@code nanos} from now. */
  public static Deadline in(long nanos) {
    return at(System.nanoTime() + nanos);
  }

  /** When, on {@link System#nanoTime()}'s scale. */
  public long nanos() {
    long own = nanos;
    if (outer == null) {
      return own;
    }
    long others = outer.nanos();
    return others - own < 0 ? others : own;
  }

  /** A deadline of a part of the run: at {@code partNanos}, or at this one if that is earlier. */
  public Deadline within(long partNanos) {
    return new Deadline(partNanos, this);
  }

  /** Whether it has passed at {@code nowNanos}. */
  public boolean hasPassed(long nowNanos) {
    return nowNanos - nanos() >= 0;
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
    return cancelled || (outer != null && outer.isCancelled());
  }
}
