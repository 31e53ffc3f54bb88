package dev.pappus.dispatcher.engine;

import java.util.ArrayDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Engines on a thread that belongs to somebody else, which runs short tasks of its own there: two
 * switches of threads, to an engine and back, cost more than many functions take. Belongs to that
 * thread, but for {@link #close} and {@link #forget}.
 */
final class BorrowedThread {
  /** What may wait here at once, by expectation; the rest is for other engines, at once. */
  private static final long BACKLOG_NANOS_MAX = 250_000L;

  /** A run that takes longer begins again elsewhere. */
  private static final long RUN_NANOS_MAX = 5_000_000L;

  private final EnginePool pool;
  private final EngineWorker worker;
  private final Executor later;
  private final ArrayDeque<EngineTask> tasks = new ArrayDeque<>();
  private long backlogNanos;
  private boolean closed;

  /**
   * On the calling thread.
   *
   * @param later does things on this thread, after what it is doing now
   */
  BorrowedThread(EnginePool pool, EngineWorker worker, Executor later) {
    this.pool = pool;
    this.worker = worker;
    this.later = later;
  }

  /** Whether it takes {@code task}, which the same thread has just come upon. */
  boolean take(EngineTask task) {
    if (closed || !task.isShort() || backlogNanos + task.expectedNanos() > BACKLOG_NANOS_MAX) {
      return false;
    }
    if (tasks.isEmpty()) {
      try {
        later.execute(this::work);
      } catch (RejectedExecutionException e) {
        return false;
      }
    }
    task.readyNanos = System.nanoTime();
    backlogNanos += task.expectedNanos();
    tasks.add(task);
    return true;
  }

  private void work() {
    worker.forgetEvicted();
    for (EngineTask task = tasks.peek(); task != null; task = tasks.peek()) {
      if (closed) {
        pool.resubmit(tasks.remove());
      } else {
        worker.executeBriefly(task, RUN_NANOS_MAX);
        tasks.remove();
      }
    }
    backlogNanos = 0;
    worker.rest();
  }

  EnginePool pool() {
    return pool;
  }

  EngineWorker worker() {
    return worker;
  }

  /** Has it give up what it was asked to forget. Any thread. */
  void forget() {
    try {
      later.execute(worker::forgetEvicted);
    } catch (RejectedExecutionException e) {
      // Its thread has ended.
    }
  }

  /** Closes its engines on their thread; whether they are. Any other thread. */
  boolean close(long nanos) {
    CountDownLatch done = new CountDownLatch(1);
    try {
      later.execute(() -> {
        closed = true;
        worker.closeEngines();
        done.countDown();
      });
      return done.await(Math.max(1, nanos), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
