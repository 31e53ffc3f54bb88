package dev.pappus.sandbox;

import dev.pappus.linux.PosixTimer;

/**
 * Ends runs that outlive their deadline by interrupting the engine's own thread. Armed lazily: as
 * long as it would fire before the next deadline it is left alone, so that a stream of short runs
 * costs one arming per deadline and not one per run. Whether an interruption means the end is for
 * the clock to say, so that early and late signals do no harm. The engine's thread uses it; {@link
 * #nudge} is for any.
 */
public final class DeadlineTimer implements AutoCloseable {
  /** A signal may fall before the guest is entered, so it is repeated. */
  private static final long REPEAT_NANOS = 200_000;

  private final PosixTimer timer = new PosixTimer();
  private boolean open = true;
  private boolean running;
  private boolean armed;
  private long armedFor;

  /** Sees to it that the run that begins now is interrupted soon after its deadline. */
  public synchronized void cover(long nowNanos, Deadline deadline) {
    running = true;
    long nanos = deadline.nanos();
    if (!armed || nowNanos - armedFor >= 0 || nanos - armedFor < 0) {
      armFor(nanos);
    }
  }

  /** To be called after an interruption, which may have been meant for another run. */
  public synchronized void arm(Deadline deadline) {
    armFor(deadline.nanos());
  }

  /** The run has ended. */
  public synchronized void ended() {
    running = false;
  }

  /** Interrupts the run that is under way, if any, until it has looked at its deadline. */
  public synchronized void nudge() {
    if (running) {
      armFor(System.nanoTime());
    }
  }

  private void armFor(long nanos) {
    timer.arm(nanos, REPEAT_NANOS);
    armed = true;
    armedFor = nanos;
  }

  /** No run is near. */
  public synchronized void rest() {
    if (armed) {
      timer.disarm();
      armed = false;
    }
  }

  @Override
  public synchronized void close() {
    if (open) {
      open = false;
      timer.close();
    }
  }
}
