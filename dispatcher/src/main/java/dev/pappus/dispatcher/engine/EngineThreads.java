package dev.pappus.dispatcher.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/** The threads of a pool's engines that have not ended. Any thread may use it. */
final class EngineThreads {
  private static final long START_PAUSE_NANOS = 50_000L;

  private final Runnable first;
  private final List<Thread> threads = new CopyOnWriteArrayList<>();

  /**
   * None so far.
   *
   * @param first done first on each of them
   */
  EngineThreads(Runnable first) {
    this.first = first;
  }

  /**
   * Starts a thread for {@code worker}.
   *
   * @throws OutOfMemoryError if the host has no thread left to give
   */
  void start(EngineWorker worker, String name) {
    Thread thread =
        Thread.ofPlatform()
            .name(name)
            .daemon(true)
            .unstarted(() -> {
              first.run();
              worker.run();
            });
    threads.add(thread);
    boolean started = false;
    try {
      thread.start();
      started = true;
    } finally {
      if (!started) {
        threads.remove(thread);
      }
    }
  }

  /** The calling thread is about to end, and nobody has to wait for it. */
  void leave() {
    threads.remove(Thread.currentThread());
  }

  /** Wakes all. */
  void wake() {
    for (Thread thread : threads) {
      LockSupport.unpark(thread);
    }
  }

  /** Waits until {@code endNanos} for all to end; whether they have. */
  boolean join(long endNanos) {
    boolean ended = true;
    for (Thread thread : threads) {
      ended &= join(thread, endNanos - System.nanoTime());
    }
    return ended;
  }

  private boolean join(Thread thread, long nanos) {
    long end = System.nanoTime() + nanos;
    while (thread.getState() == Thread.State.NEW && threads.contains(thread)) {
      // A spare engine that another thread is about to start, or cannot start after all.
      if (System.nanoTime() - end > 0) {
        return false;
      }
      LockSupport.parkNanos(START_PAUSE_NANOS);
    }
    if (thread.getState() == Thread.State.NEW) {
      return true;
    }
    try {
      return thread.join(Duration.ofNanos(Math.max(1, nanos)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
