package dev.pappus.dispatcher;

import dev.pappus.model.Digest;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Has content deleted once nothing can run it any more: what no version refers to may still be run
 * by an invocation that began before, and no invocation outlives its limit. Any thread may use it.
 */
final class BlobCleaner implements AutoCloseable {
  private final long delayNanos;
  private final Consumer<Set<Digest>> delete;
  private final CountDownLatch closed = new CountDownLatch(1);

  /** What waits, with the time from which on it may go. */
  private final Map<Digest, Long> waiting = new HashMap<>();

  /**
   * A cleaner.
   *
   * @param delayNanos how long an invocation may go on after content has become free
   * @param delete deletes those that are still free; called on virtual threads
   */
  BlobCleaner(long delayNanos, Consumer<Set<Digest>> delete) {
    this.delayNanos = delayNanos;
    this.delete = delete;
  }

  /** Content that no version refers to any more. */
  void free(Set<Digest> content) {
    if (content.isEmpty()) {
      return;
    }
    boolean first;
    synchronized (this) {
      first = waiting.isEmpty();
      long due = System.nanoTime() + delayNanos;
      content.forEach(digest -> waiting.put(digest, due));
    }
    if (first) {
      var _ = Thread.ofVirtual().name("blob-cleaner").start(this::work);
    }
  }

  private void work() {
    try {
      while (!closed.await(nanosToNext(), TimeUnit.NANOSECONDS)) {
        Map<Digest, Long> due = due();
        delete.accept(due.keySet());
        synchronized (this) {
          due.forEach(waiting::remove); // but not what has become free once more meanwhile
          if (waiting.isEmpty()) {
            return;
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized long nanosToNext() {
    return Collections.min(waiting.values()) - System.nanoTime();
  }

  private synchronized Map<Digest, Long> due() {
    long now = System.nanoTime();
    Map<Digest, Long> due = new HashMap<>();
    waiting.forEach((digest, time) -> {
      if (time - now <= 0) {
        due.put(digest, time);
      }
    });
    return due;
  }

  /** Leaves what is still waiting to the next start of the node. */
  @Override
  public void close() {
    closed.countDown();
  }
}
