package dev.pappus.sandbox;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** Sealed contexts on their way back to the thread of their domain. */
public final class ReturnedContexts<C> {
  private final Queue<C> queue = new ConcurrentLinkedQueue<>();
  private volatile Runnable wake = () -> {};
  private boolean closed;

  /** See {@link MemoryDomain#onReturn}. */
  public void onReturn(Runnable newWake) {
    wake = newWake;
  }

  /** Gives a context back; any thread. False if this is closed: then its thread never sees it. */
  public boolean add(C context) {
    boolean queued = queued(context);
    if (queued) {
      wake.run();
    }
    return queued;
  }

  private synchronized boolean queued(C context) {
    return !closed && queue.add(context);
  }

  /** One that has come back, or null. */
  public @Nullable C poll() {
    return queue.poll();
  }

  /** Whether none has come back. */
  public boolean isEmpty() {
    return queue.isEmpty();
  }

  /** Nothing can be polled that comes from now on. */
  public synchronized void close() {
    closed = true;
  }
}
