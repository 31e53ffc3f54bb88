package dev.pappus.sandbox.kvm;

import dev.pappus.linux.PosixTimer;

/**
 * Ends runs that outlive their deadline by interrupting the engine's own thread. Armed lazily: as
 * long as it would fire before the next deadline it is left alone, so that a stream of short runs
 * costs one arming per deadline and not one per run. Whether an interruption means the end is for
 * the clock to say, so that early and late signals do no harm.
 */
final class DeadlineTimer implements AutoCloseable {
  /** A signal may fall before the guest is entered, so it is repeated. */
  private static final long REPEAT_NANOS = 200_000;

  private final PosixTimer timer = new PosixTimer();
  private boolean armed;
  private long armedFor;

  /** Sees to it that a run that begins now is interrupted soon after {@code deadlineNanos}. */
  void cover(long nowNanos, long deadlineNanos) {
    if (!armed || nowNanos - armedFor >= 0 || deadlineNanos - armedFor < 0) {
      arm(deadlineNanos);
    }
  }

  /** To be called after an interruption before the deadline: the timer was set for another run. */
  void arm(long deadlineNanos) {
    timer.arm(deadlineNanos, REPEAT_NANOS);
    armed = true;
    armedFor = deadlineNanos;
  }

  /** No run is near. */
  void rest() {
    if (armed) {
      timer.disarm();
      armed = false;
    }
  }

  @Override
  public void close() {
    timer.close();
  }
}
