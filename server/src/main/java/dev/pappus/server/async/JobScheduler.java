package dev.pappus.server.async;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decides when a durable invocation runs: few at a time, in the namespaces' turns and within their
 * quotas; one at a time, with pauses, as long as results cannot be stored. Any thread may use it;
 * only {@link #drain} blocks.
 */
final class JobScheduler {
  /** Requests end without telling us, and with them what their namespace's quota counts. */
  private static final long QUOTA_LOOK_MILLIS = 10;

  private static final long RETRY_MILLIS_MIN = 50;
  private static final long RETRY_MILLIS_MAX = 5_000;

  /** A full disk is seldom emptied within seconds, and what cannot be kept has run in vain. */
  private static final long STORAGE_RETRY_MILLIS_MAX = 60_000;

  private final int underWayMax;
  private final long underWayBytesMax = Runtime.getRuntime().maxMemory() / 16;
  private final WorkCount count;
  private final Consumer<DurableJob> runner;
  private final ScheduledThreadPoolExecutor timer;

  // Guarded by queue.
  private final JobQueue queue = new JobQueue();
  private int underWay;
  private long underWayBytes;
  private int storageFaults; // since a result was stored
  private boolean pausing; // until the disk is tried again
  private boolean lookingAgain; // soon, whether a quota has room
  private boolean stopped;

  /**
   * A scheduler without work.
   *
   * @param underWayMax how many run at a time
   * @param runner runs a job, on a thread of its own, and has to give its place back: {@link
   *     #release}, {@link #retryLater} or {@link #putBack}
   */
  JobScheduler(int underWayMax, WorkCount count, Consumer<DurableJob> runner) {
    this.underWayMax = underWayMax;
    this.count = count;
    this.runner = runner;
    this.timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("durable-timer").daemon().factory());
    timer.setRemoveOnCancelPolicy(true);
  }

  /** Adds a job, which waits for {@link #start} or for the next that is submitted. */
  void add(DurableJob job) {
    synchronized (queue) {
      queue.add(job);
    }
  }

  /** Starts what may run. */
  void start() {
    while (true) {
      DurableJob job;
      synchronized (queue) {
        job = stopped || pausing || underWay >= places() ? null : takeNext();
        if (job == null) {
          return;
        }
        takePlace(job);
      }
      DurableJob next = job;
      Thread.ofVirtual().name("durable-", 0).start(() -> runner.accept(next));
    }
  }

  /** A job whose inputs are at hand: they are dropped if it has to wait. */
  void submit(DurableJob job) {
    synchronized (queue) {
      if (underWay >= underWayMax || !queue.isEmpty()) {
        job.dropInputs();
      }
      queue.add(job);
    }
    start();
  }

  /** The first whose namespace may do more, in the namespaces' turns; null is none. */
  private @Nullable DurableJob takeNext() {
    for (DurableJob job : queue.heads()) {
      if (!count.enter(job)) {
        continue;
      }
      if (underWay > 0 && underWayBytes + job.row().requestBytes() > underWayBytesMax) {
        count.leave(job);
        return null; // what is under way ends, and none that is smaller goes before
      }
      queue.take(job);
      return job;
    }
    if (!queue.isEmpty() && !lookingAgain) {
      lookingAgain = true;
      var _ = timer.schedule(this::lookAgain, QUOTA_LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }
    return null;
  }

  private void lookAgain() {
    synchronized (queue) {
      lookingAgain = false;
    }
    start();
  }

  /** As long as results cannot be stored, one run at a time finds out whether they can. */
  private int places() {
    return storageFaults > 0 ? 1 : underWayMax;
  }

  private void takePlace(DurableJob job) {
    underWay++;
    underWayBytes += job.row().requestBytes();
  }

  /** A job has ended, or goes on in another process. */
  void release(DurableJob job) {
    count.leave(job);
    releasePlace(job);
  }

  private void releasePlace(DurableJob job) {
    synchronized (queue) {
      underWay--;
      underWayBytes -= job.row().requestBytes();
      queue.notifyAll();
    }
    start();
  }

  /** The node had no room for a job. */
  void retryLater(DurableJob job) {
    count.leave(job);
    long delay = delayMillis(job.overloaded(), RETRY_MILLIS_MAX);
    synchronized (queue) {
      if (!stopped) {
        var _ = timer.schedule(() -> submit(job), delay, TimeUnit.MILLISECONDS);
      }
    }
    releasePlace(job);
  }

  private static long delayMillis(int times, long max) {
    return Math.min(max, RETRY_MILLIS_MIN << Math.min(times, 20));
  }

  /**
   * The result of a job could not be stored, so it has to run again, and others need not try.
   *
   * @return milliseconds for which nothing runs now; 0 if somebody has been told already
   */
  long putBack(DurableJob job) {
    count.leave(job);
    long delay = 0;
    synchronized (queue) {
      if (!pausing && !stopped) {
        pausing = true;
        delay = delayMillis(++storageFaults, STORAGE_RETRY_MILLIS_MAX);
        var _ = timer.schedule(this::resume, delay, TimeUnit.MILLISECONDS);
      }
      queue.add(job);
    }
    releasePlace(job);
    return delay;
  }

  private void resume() {
    synchronized (queue) {
      pausing = false;
    }
    start();
  }

  /** A result has been stored. */
  void stored() {
    synchronized (queue) {
      storageFaults = 0;
    }
  }

  /** How often in a row a result could not be stored; 0 if the last one could. */
  int storageFaults() {
    synchronized (queue) {
      return storageFaults;
    }
  }

  /**
   * Cancels a job.
   *
   * @return whether it waited; then it does so no longer and has a place, as every end does for a
   *     moment
   */
  boolean cancel(DurableJob job) {
    synchronized (queue) {
      boolean waited = !job.cancel() && queue.remove(job);
      if (waited) {
        takePlace(job);
      }
      return waited;
    }
  }

  /** Starts nothing any more. */
  void stop() {
    synchronized (queue) {
      stopped = true;
    }
    timer.shutdownNow();
  }

  /** Waits until nothing is under way, for {@code nanos} at most. */
  void drain(long nanos) {
    long deadline = System.nanoTime() + nanos;
    synchronized (queue) {
      long left = nanos;
      while (underWay > 0 && left > 0) {
        try {
          TimeUnit.NANOSECONDS.timedWait(queue, left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
        left = deadline - System.nanoTime();
      }
    }
  }
}
