package dev.pappus.server.access;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A token bucket in one number: the time at which it will be full again (the generic cell rate
 * algorithm). It holds one second's worth, at least one unit. What is found out late may be charged
 * late; whoever comes next waits for it. Any thread may use it.
 */
final class Throttle {
  private static final double BURST_NANOS = 1e9;

  /** No charge reaches further ahead, so that one mistake does not lock a caller out for long. */
  private static final double CHARGE_NANOS_MAX = 3600e9;

  private final double nanosPerUnit;
  private final long aheadMaxNanos;
  private final AtomicLong fullAtNanos;

  /** A full bucket that {@code unitsPerSecond}, more than 0, fill. */
  Throttle(double unitsPerSecond, long nowNanos) {
    this.nanosPerUnit = 1e9 / unitsPerSecond;
    this.aheadMaxNanos = (long) Math.max(0, BURST_NANOS - nanosPerUnit);
    this.fullAtNanos = new AtomicLong(nowNanos);
  }

  /** How long to wait until a unit is there, in nanoseconds; 0 is now. */
  long waitNanos(long nowNanos) {
    return Math.max(0, fullAtNanos.get() - nowNanos - aheadMaxNanos);
  }

  /** Takes a unit and returns 0, or takes nothing and returns how long to wait in nanoseconds. */
  long tryTake(long nowNanos) {
    while (true) {
      long seen = fullAtNanos.get();
      long ahead = Math.max(0, seen - nowNanos);
      if (ahead > aheadMaxNanos) {
        return ahead - aheadMaxNanos;
      }
      if (fullAtNanos.compareAndSet(seen, nowNanos + ahead + cost(1))) {
        return 0;
      }
    }
  }

  /** Takes {@code units} whether they are there or not; gives back if they are negative. */
  void charge(long units, long nowNanos) {
    fullAtNanos.updateAndGet(seen -> {
      long ahead = Math.max(0, seen - nowNanos);
      return nowNanos + (long) Math.clamp(ahead + units * nanosPerUnit, 0, CHARGE_NANOS_MAX);
    });
  }

  private long cost(long units) {
    return (long) Math.min(units * nanosPerUnit, CHARGE_NANOS_MAX);
  }
}
