package dev.pappus.dispatcher.engine;

import dev.pappus.model.Problem;
import org.jspecify.annotations.Nullable;

/**
 * One ready instance. It is in at most one queue, and ends in exactly one of three ways: it is
 * withdrawn, or an engine calls {@link #run}, or {@link #fail}. If {@code run} throws, {@code fail}
 * follows.
 */
public abstract class EngineTask {
  /** The queue that holds it; written under that queue's monitor. */
  volatile @Nullable ReadyQueue queue;

  /** When it became ready; written before it enters a queue. */
  long readyNanos;

  // Links of the queue, under its monitor.
  @Nullable EngineTask previous;
  @Nullable EngineTask next;

  /** Number of the engine that would start it warmest, or -1. */
  protected abstract int preferredEngine();

  /** Runs it, on the engine's thread. */
  protected abstract void run(EngineWorker worker);

  /** It cannot be run, or {@link #run} threw; on any thread. */
  protected abstract void fail(Problem problem);
}
