package dev.pappus.model;

/**
 * Where the time of an instance, or of an invocation along its critical path, went. All in
 * nanoseconds; the first four sum up to the whole.
 *
 * @param queueNanos ready, but waiting for an engine (for an invocation: everything that is in no
 *     other phase)
 * @param loadNanos code found, sandbox bound, inputs and tables written
 * @param runNanos in the guest, or in a communication function
 * @param replyNanos outputs checked, read and handed on
 * @param bindNanos the part of loading until the sandbox was bound; 0 where that is not kept
 * @param enterNanos the part of running until the guest was entered; 0 where that is not known
 */
public record Phases(
    long queueNanos,
    long loadNanos,
    long runNanos,
    long replyNanos,
    long bindNanos,
    long enterNanos) {
  /** No time at all. */
  public static final Phases ZERO = new Phases(0, 0, 0, 0);

  /** Phases of which the parts are not known. */
  public Phases(long queueNanos, long loadNanos, long runNanos, long replyNanos) {
    this(queueNanos, loadNanos, runNanos, replyNanos, 0, 0);
  }

  /** Phase by phase. */
  public Phases plus(Phases other) {
    return new Phases(
        queueNanos + other.queueNanos,
        loadNanos + other.loadNanos,
        runNanos + other.runNanos,
        replyNanos + other.replyNanos,
        bindNanos + other.bindNanos,
        enterNanos + other.enterNanos);
  }
}
