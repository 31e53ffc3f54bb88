package dev.pappus.dispatcher.engine;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Runs communication instances on virtual threads, a bounded number at once; the others wait, first
 * come first served, a bounded number too. Any thread may use it.
 */
public final class CommunicationPool {
  private final int concurrency;
  private final int waitingMax;
  private final ReentrantLock lock = new ReentrantLock();
  // Both under the lock; maps so that any task can be found and withdrawn at no cost.
  private final Map<Task, Boolean> waiting = new LinkedHashMap<>();
  private final Map<Task, Thread> running = new LinkedHashMap<>();

  /** One instance; compared by identity. Neither method throws. */
  public interface Task {
    /** Does the I/O; interrupted when it is cancelled. */
    void work();

    /** Hands the result on; never interrupted. Called after {@link #work}, by the same thread. */
    void deliver();
  }

  /** A pool for {@code concurrency} instances at work and {@code waitingMax} that wait. */
  public CommunicationPool(int concurrency, int waitingMax) {
    this.concurrency = concurrency;
    this.waitingMax = waitingMax;
  }

  /** Whether {@code task} was accepted. */
  public boolean submit(Task task) {
    lock.lock();
    try {
      if (running.size() < concurrency) {
        start(task);
      } else if (waiting.size() < waitingMax) {
        waiting.put(task, true);
      } else {
        return false;
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void start(Task task) {
    Thread thread = Thread.ofVirtual().name("communication").unstarted(() -> run(task));
    running.put(task, thread);
    thread.start();
  }

  private void run(Task task) {
    try {
      task.work();
    } finally {
      lock.lock();
      try {
        running.remove(task);
        Task next = first();
        if (next != null) {
          waiting.remove(next);
          start(next);
        }
      } finally {
        lock.unlock();
      }
    }
    // From here on nobody interrupts this thread; an interrupt that came too late is void.
    var _ = Thread.interrupted();
    task.deliver();
  }

  private @Nullable Task first() {
    return waiting.isEmpty() ? null : waiting.keySet().iterator().next();
  }

  /** Withdraws {@code task} if it waits, interrupts it if it runs. */
  public void cancel(Task task) {
    lock.lock();
    try {
      if (waiting.remove(task) == null) {
        Thread thread = running.get(task);
        if (thread != null) {
          thread.interrupt();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Number of instances at work. */
  public int running() {
    lock.lock();
    try {
      return running.size();
    } finally {
      lock.unlock();
    }
  }

  /** Number of instances that wait. */
  public int waiting() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }
}
