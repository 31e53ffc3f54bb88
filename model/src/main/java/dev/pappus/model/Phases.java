package dev.pappus.model;

/**
 * Where the time of an instance, or of an invocation along its critical path, went. All in
 * nanoseconds.
 *
 * @param queueNanos ready, but waiting for an engine (for an invocation: everything that is in no
 *     other phase)
 * @param loadNanos code found, sandbox bound, inputs and tables written
 * @param runNanos in the guest, or in a communication function
 * @param replyNanos outputs checked, read and handed on
 */
public record Phases(long queueNanos, long loadNanos, long runNanos, long replyNanos) {
  /** No time at all. */
  public static final Phases ZERO = new Phases(0, 0, 0, 0);

  /** Phase by phase. */
  public Phases plus(Phases other) {
    return new Phases(
        queueNanos + other.queueNanos,
        loadNanos + other.loadNanos,
        runNanos + other.runNanos,
        replyNanos + other.replyNanos);
  }
}
