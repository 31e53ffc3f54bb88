package dev.pappus.dispatcher.engine;

import java.util.ArrayDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Engines on a thread that belongs to somebody else, which runs short tasks of its own there: two
 * switches of threads, to an engine and back, cost more than many functions take. Belongs to that
 * thread, but for {@link #close}.
 */
final class BorrowedThread {
  /** What may wait here at once, by expectation; the rest is for other engines, at once. */
  private static final long BACKLOG_NANOS_MAX = 250_000L;

  /** After so long, what waits here goes elsewhere, so that connections are served. */
  private static final long TURN_NANOS_MAX = 1_000_000L;

  /** A run that takes longer begins again elsewhere. */
  private static final long RUN_NANOS_MAX = 5_000_000L;

  /** What runs take beyond this is lent, so much at a time, and paid back by all time passing. */
  private static final long OWN_NANOS = 1_000_000L;

  private static final long CREDIT_NANOS_MAX = 20_000_000L;

  /** One in so many nanoseconds pays back: whatever runs here, others wait no more than that. */
  private static final long CREDIT_DIVISOR = 8;

  private final EnginePool pool;
  private final EngineWorker worker;
  private final Executor later;
  private final ArrayDeque<EngineTask> tasks = new ArrayDeque<>();
  private long backlogNanos;
  private long creditNanos = CREDIT_NANOS_MAX;
  private long creditedNanos = System.nanoTime();
  private boolean workIsDue;
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
    long now = System.nanoTime();
    if (closed
        || !task.isShort()
        || backlogNanos + task.expectedNanos() > BACKLOG_NANOS_MAX
        || !hasCredit(now)) {
      return false;
    }
    if (!workIsDue && !workLater()) {
      return false;
    }
    task.readyNanos = now;
    backlogNanos += task.expectedNanos();
    tasks.add(task);
    return true;
  }

  private boolean hasCredit(long now) {
    creditNanos = Math.min(CREDIT_NANOS_MAX, creditNanos + (now - creditedNanos) / CREDIT_DIVISOR);
    creditedNanos = now;
    return creditNanos > 0;
  }

  private boolean workLater() {
    try {
      later.execute(this::work);
      workIsDue = true;
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  private void work() {
    long beganNanos = System.nanoTime();
    try {
      worker.tidy();
      for (EngineTask task = tasks.poll(); task != null; task = tasks.poll()) {
        long now = System.nanoTime();
        // Asked again: the function may just have shown that it is not short.
        if (closed || !task.isShort() || now - beganNanos > TURN_NANOS_MAX || !hasCredit(now)) {
          pool.resubmit(task);
        } else {
          worker.executeBriefly(task, RUN_NANOS_MAX);
          creditNanos -= Math.max(0, System.nanoTime() - now - OWN_NANOS);
        }
      }
      worker.rest();
    } finally {
      backlogNanos = 0;
      workIsDue = false;
      if (!tasks.isEmpty()) { // something escaped; what waits must not be lost
        var _ = workLater();
      }
    }
  }

  EnginePool pool() {
    return pool;
  }

  EngineWorker worker() {
    return worker;
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
