package dev.pappus.dispatcher;

import dev.pappus.model.Phases;

/**
 * The critical path up to a set or an instance: what the instances on it spent at work. Waiting is
 * not kept; it is what remains of the whole.
 *
 * @param endNanos when it ended, on {@link System#nanoTime()}'s scale
 * @param loadNanos loading on it
 * @param runNanos running on it
 * @param replyNanos replying on it
 */
record Trace(long endNanos, long loadNanos, long runNanos, long replyNanos) {
  /** The path at the start of an invocation. */
  static Trace startingAt(long nanos) {
    return new Trace(nanos, 0, 0, 0);
  }

  /** This path, followed by an instance. */
  Trace then(Phases phases, long newEndNanos) {
    return new Trace(
        newEndNanos,
        loadNanos + phases.loadNanos(),
        runNanos + phases.runNanos(),
        replyNanos + phases.replyNanos());
  }

  /** The one that ended last. */
  static Trace later(Trace a, Trace b) {
    return a.endNanos - b.endNanos >= 0 ? a : b;
  }

  /** Phases that sum up to the time from {@code startNanos} to {@code nowNanos}. */
  Phases phases(long startNanos, long nowNanos) {
    long total = Math.max(0, nowNanos - startNanos);
    long queue = Math.max(0, total - loadNanos - runNanos - replyNanos);
    return new Phases(queue, loadNanos, runNanos, replyNanos);
  }
}
