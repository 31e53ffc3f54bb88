package dev.pappus.sandbox.kvm;

import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;

/**
 * Slows a function that faults every time: cleaning up after a fault costs a multiple of a good
 * run, and others share the engine. Engines share it; a lost update only shifts a delay.
 */
final class FaultBackoff {
  private final KvmSettings.Backoff settings;
  private volatile int inARow;
  private volatile long resumeNanos;

  FaultBackoff(KvmSettings.Backoff settings) {
    this.settings = settings;
  }

  /**
   * Lets a run pass or not.
   *
   * @throws ProblemException with OVERLOADED while the function must wait
   */
  void admit() {
    int faults = inARow;
    if (faults >= settings.tolerated()) {
      long waitNanos = resumeNanos - System.nanoTime();
      if (waitNanos > 0) {
        throw new ProblemException(
            Problem.of(
                    ProblemCode.OVERLOADED,
                    "the function has faulted %d times in a row; it may run again in %d µs",
                    faults,
                    waitNanos / 1000 + 1)
                .withHint("see the earlier guest_fault problems for what it does wrong"));
      }
    }
  }

  /** A run has ended well. */
  void succeeded() {
    if (inARow != 0) {
      inARow = 0;
    }
  }

  /** A run has faulted. */
  @SuppressWarnings("NonAtomicVolatileUpdate")
  void faulted() {
    int faults = inARow + 1;
    inARow = faults;
    int beyond = faults - settings.tolerated();
    if (beyond >= 0) {
      long wait =
          beyond >= 32
              ? settings.lastNanos()
              : Math.min(settings.lastNanos(), settings.firstNanos() << beyond);
      resumeNanos = System.nanoTime() + wait;
    }
  }
}
