package dev.pappus.dispatcher.engine;

import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import org.jspecify.annotations.Nullable;

/**
 * One ready instance. It is in at most one queue, and ends in exactly one of three ways: it is
 * withdrawn, or an engine calls {@link #run}, or {@link #fail}. If {@code run} throws, {@code fail}
 * follows.
 */
public abstract class EngineTask {
  /** What one turn of a namespace is worth. */
  private static final long TURN_NANOS = 250_000L;

  /** Longer runs do not wait for more turns: spare engines come in when they block an engine. */
  private static final int TURNS_MAX = 32;

  private int turns = 1;

  /** The queue that holds it; written under that queue's monitor. */
  volatile @Nullable ReadyQueue queue;

  /** When it became ready; written before it enters a queue. */
  long readyNanos;

  // Links of the queue, under its monitor.
  ReadyQueue.@Nullable Flow flow;
  @Nullable EngineTask previous;
  @Nullable EngineTask next;

  /** On whose behalf it runs; always the same. */
  protected abstract Namespace namespace();

  /** How long it is expected to run; 0 if nothing is known. */
  protected abstract long expectedNanos();

  /** Whether it is known that it takes long: others that wait should not count on its engine. */
  protected boolean isLong() {
    return false;
  }

  /** How many turns of its namespace it is worth; always the same while it is in a queue. */
  final int turns() {
    return turns;
  }

  /**
   * Whether it runs so long itself that it may wait for others that do; always the same while it is
   * in a queue.
   */
  final boolean isPatient() {
    return turns == TURNS_MAX;
  }

  /** Decides {@link #turns}; before it enters a queue. */
  final void weigh() {
    turns = Math.clamp(expectedNanos() / TURN_NANOS, 1, TURNS_MAX);
  }

  /** Number of the engine that would start it warmest, or -1. */
  protected abstract int preferredEngine();

  /**
   * How long to leave it to its preferred engine is better than to run it elsewhere, from when it
   * is ready on and from when that engine has begun what it is at; 0 if it is as good elsewhere.
   */
  protected long homeNanos() {
    return 0;
  }

  /** Runs it, on the engine's thread. */
  protected abstract void run(EngineWorker worker);

  /**
   * Whether nothing but a short run in a sandbox is expected of it: no disk has to be waited for,
   * and the function has been short lately.
   */
  protected boolean isShort() {
    return false;
  }

  /**
   * Runs it, on the engine's thread, but ends it and leaves it to the pool's other engines if it is
   * in the guest for longer than {@code nanos}: functions are pure, so it may begin again.
   */
  protected void runBriefly(EngineWorker worker, long nanos) {
    throw new IllegalStateException("it is not short");
  }

  /** It cannot be run, or {@link #run} threw; on any thread. */
  protected abstract void fail(Problem problem);
}
