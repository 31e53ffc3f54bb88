package dev.pappus.model;

/** A clock that never goes back; an interface so that tests and simulations can own time. */
@FunctionalInterface
public interface MonotonicClock {
  /** The clock of this machine, CLOCK_MONOTONIC on Linux. */
  MonotonicClock SYSTEM = System::nanoTime;

  /** Nanoseconds since an arbitrary origin; compare by difference only. */
  long nanoTime();
}
