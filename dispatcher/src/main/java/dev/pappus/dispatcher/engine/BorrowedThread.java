package dev.pappus.dispatcher.engine;

import java.util.ArrayDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Engines on a thread that belongs to somebody else, which runs short tasks of its own there: two
 * switches of threads, to an engine and back, cost more than many functions take. Belongs to that
 * thread, but for {@link #close}.
 */
final class BorrowedThread {
  private static final Logger LOG = LoggerFactory.getLogger(BorrowedThread.class);

  /** What may wait here at once, by expectation; the rest is for other engines, at once. */
  private static final long BACKLOG_NANOS_MAX = 250_000L;

  /**
   * The same while no engine or no processor is idle: one engine more at work would only make the
   * threads more that share the processors, and each switch between two of them costs as much as
   * many functions take.
   */
  private static final long BUSY_BACKLOG_NANOS_MAX = 4_000_000L;

  /** What has waited so long here goes to other engines, and so does what comes meanwhile. */
  private static final long WAIT_NANOS_MAX = 8_000_000L;

  /** After so long, connections are served before it goes on. */
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
  private final ScheduledExecutorService host;
  private final ArrayDeque<Waiting> tasks = new ArrayDeque<>();
  private long backlogNanos;
  private long creditNanos = CREDIT_NANOS_MAX;
  private long creditedNanos = System.nanoTime();
  private volatile boolean active;
  private boolean closed;

  /** A task and how long it was expected to take when it came. */
  private record Waiting(EngineTask task, long expectedNanos) {}

  /**
   * On the calling thread.
   *
   * @param host does things on this thread: at once after what it is doing now, and scheduled ones
   *     after it has also looked after its connections
   */
  BorrowedThread(EnginePool pool, EngineWorker worker, ScheduledExecutorService host) {
    this.pool = pool;
    this.worker = worker;
    this.host = host;
  }

  /** Whether it takes {@code task}, which the same thread has just come upon. */
  boolean take(EngineTask task) {
    long now = System.nanoTime();
    long expectedNanos = task.expectedNanos();
    if (closed
        || !task.isShort()
        || !isBearable(backlogNanos + expectedNanos)
        || isLate(now)
        || !hasCredit(now)
        || (!active && !activate(() -> host.execute(this::work)))) {
      return false;
    }
    task.readyNanos = now;
    backlogNanos += expectedNanos;
    tasks.add(new Waiting(task, expectedNanos));
    return true;
  }

  /** Whether no more waits here than should. */
  private boolean isBearable(long nanos) {
    return nanos <= BACKLOG_NANOS_MAX
        || (nanos <= BUSY_BACKLOG_NANOS_MAX && !pool.hasIdleProcessor(this));
  }

  /** Whether what waits here takes longer than was expected of it. */
  private boolean isLate(long now) {
    Waiting first = tasks.peekFirst();
    return first != null && now - first.task().readyNanos > WAIT_NANOS_MAX;
  }

  private boolean hasCredit(long now) {
    creditNanos = Math.min(CREDIT_NANOS_MAX, creditNanos + (now - creditedNanos) / CREDIT_DIVISOR);
    creditedNanos = now;
    return creditNanos > 0;
  }

  private boolean activate(Runnable order) {
    try {
      order.run();
      active = true;
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  private void work() {
    long beganNanos = System.nanoTime();
    try {
      worker.tidy();
      long now = beganNanos;
      while (!tasks.isEmpty() && now - beganNanos <= TURN_NANOS_MAX) {
        now = step(now);
      }
      while (!tasks.isEmpty() && (!isBearable(backlogNanos) || isLate(now))) {
        pool.resubmit(first());
      }
      if (tasks.isEmpty()) {
        worker.rest();
      }
    } catch (RuntimeException | Error e) {
      LOG.error("a borrowed thread met an unexpected exception between tasks", e);
      pool.countInternalError();
    } finally {
      active = false;
      if (!tasks.isEmpty() && !activate(this::workAfterConnections)) {
        giveTasksAway();
      }
    }
  }

  private void workAfterConnections() {
    var _ = host.schedule(this::work, 0, TimeUnit.NANOSECONDS);
  }

  /** Sees to what has waited longest; when that was done. */
  private long step(long beganNanos) {
    if (tasks.size() > 1 && !isBearable(backlogNanos - tasks.getFirst().expectedNanos())) {
      pool.resubmit(last());
    }
    EngineTask task = first();
    // Asked again: the function may just have shown that it is not short.
    if (closed || !task.isShort() || !hasCredit(beganNanos)) {
      pool.resubmit(task);
      return beganNanos;
    }
    worker.executeBriefly(task, RUN_NANOS_MAX);
    long now = System.nanoTime();
    if (!JvmPause.since(beganNanos)) {
      creditNanos -= Math.max(0, now - beganNanos - OWN_NANOS);
    }
    return now;
  }

  private EngineTask first() {
    return taken(tasks.removeFirst());
  }

  /** What would wait longest. */
  private EngineTask last() {
    return taken(tasks.removeLast());
  }

  private EngineTask taken(Waiting waiting) {
    backlogNanos -= waiting.expectedNanos();
    return waiting.task();
  }

  private void giveTasksAway() {
    while (!tasks.isEmpty()) {
      pool.resubmit(first());
    }
  }

  /** Whether it is at work for functions, or will be at once; any thread. */
  boolean isActive() {
    return active;
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
      host.execute(() -> {
        closed = true;
        try {
          giveTasksAway();
        } finally {
          worker.closeEngines();
          done.countDown();
        }
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
