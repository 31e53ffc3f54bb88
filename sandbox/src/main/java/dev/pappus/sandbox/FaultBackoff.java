package dev.pappus.sandbox;

import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;

/**
 * Slows a function that faults every time: cleaning up after a fault costs a multiple of a good
 * run, and others share the engine. Engines share it; a lost update only shifts a delay.
 */
public final class FaultBackoff {
  private final Settings settings;
  private volatile int inARow;
  private volatile long resumeNanos;

  /**
   * When a function is slowed down: after {@code tolerated} faults in a row it must wait {@code
   * firstNanos}, after each further one twice as long, up to {@code lastNanos}. A good run ends it.
   */
  public record Settings(int tolerated, long firstNanos, long lastNanos) {
    /** 64 faults in a row, then 0.5 ms to 50 ms. */
    public static final Settings DEFAULTS = new Settings(64, 500_000, 50_000_000);
  }

  /** For one function, which has not faulted yet. */
  public FaultBackoff(Settings settings) {
    this.settings = settings;
  }

  /**
   * Lets a run pass or not.
   *
   * @throws ProblemException with OVERLOADED while the function must wait
   */
  public void admit() {
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
  public void succeeded() {
    if (inARow != 0) {
      inARow = 0;
    }
  }

  /** A run has faulted. */
  @SuppressWarnings("NonAtomicVolatileUpdate")
  public void faulted() {
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
