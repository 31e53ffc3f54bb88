package dev.pappus.communication;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Interrupts threads whose time is up. A virtual thread that is blocked on a socket wakes up from
 * that and the socket is closed, so that no peer can hold a thread by sending a byte now and then.
 */
final class Watchdog implements AutoCloseable {
  private final ScheduledThreadPoolExecutor timer;

  Watchdog() {
    timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("http-watchdog").factory());
    timer.setRemoveOnCancelPolicy(true);
  }

  /** Watches the calling thread, which has to close what is returned. */
  Watch watch(long deadlineNanos) {
    Watch watch = new Watch(Thread.currentThread());
    watch.start(
        timer.schedule(watch::expire, deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS));
    return watch;
  }

  /** Stops watching anyone. */
  @Override
  public void close() {
    timer.shutdownNow();
  }

  /** One thread under watch. */
  static final class Watch implements AutoCloseable {
    private final Thread thread;
    private Future<?> alarm = CompletableFuture.completedFuture(null);
    private boolean expired;
    private boolean closed;

    private Watch(Thread thread) {
      this.thread = thread;
    }

    private synchronized void start(Future<?> scheduled) {
      alarm = scheduled;
    }

    private synchronized void expire() {
      if (!closed) {
        expired = true;
        thread.interrupt();
      }
    }

    /** Whether the time ran out. */
    synchronized boolean expired() {
      return expired;
    }

    /** Ends the watch and takes back its interrupt; called by the thread under watch. */
    @Override
    public synchronized void close() {
      closed = true;
      alarm.cancel(false);
      if (expired) {
        Thread.interrupted();
      }
    }
  }
}
