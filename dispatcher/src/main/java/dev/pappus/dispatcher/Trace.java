package dev.pappus.dispatcher;

import dev.pappus.model.Phases;

/**
 * The critical path up to a set or an instance: what the instances on it spent at work. Waiting is
 * not kept; it is what remains of the whole.
 *
 * @param endNanos when it ended, on {@link System#nanoTime()}'s scale
 * @param work of the instances on it; their waiting does not count
 */
record Trace(long endNanos, Phases work) {
  /** The path at the start of an invocation. */
  static Trace startingAt(long nanos) {
    return new Trace(nanos, Phases.ZERO);
  }

  /** This path, followed by an instance. */
  Trace then(Phases phases, long newEndNanos) {
    return new Trace(newEndNanos, work.plus(phases));
  }

  /** The one that ended last. */
  static Trace later(Trace a, Trace b) {
    return a.endNanos - b.endNanos >= 0 ? a : b;
  }

  /** Phases that sum up to the time from {@code startNanos} to {@code nowNanos}. */
  Phases phases(long startNanos, long nowNanos) {
    long total = Math.max(0, nowNanos - startNanos);
    long atWork = work.loadNanos() + work.runNanos() + work.replyNanos();
    return new Phases(
        Math.max(0, total - atWork),
        work.loadNanos(),
        work.runNanos(),
        work.replyNanos(),
        work.bindNanos(),
        work.enterNanos());
  }
}
