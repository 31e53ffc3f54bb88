package dev.pappus.dispatcher.engine;

import org.jspecify.annotations.Nullable;

/**
 * Ready tasks of one engine, first in first out. A list linked through the tasks themselves, so
 * that one can be withdrawn from the middle at no cost. Any thread may use it; the monitor is held
 * for a few instructions.
 */
final class ReadyQueue {
  /** {@link #headReadyNanos} of an empty queue. */
  static final long NONE = Long.MAX_VALUE;

  private @Nullable EngineTask head;
  private @Nullable EngineTask tail;
  private int size;
  private volatile long headReadyNanos = NONE;

  synchronized void add(EngineTask task) {
    EngineTask last = tail;
    task.queue = this;
    task.previous = last;
    task.next = null;
    if (last == null) {
      head = task;
      headReadyNanos = task.readyNanos;
    } else {
      last.next = task;
    }
    tail = task;
    size++;
  }

  synchronized @Nullable EngineTask poll() {
    EngineTask first = head;
    if (first != null) {
      unlink(first);
    }
    return first;
  }

  /** Whether {@code task} was here; it no longer is. */
  synchronized boolean remove(EngineTask task) {
    if (task.queue != this) {
      return false;
    }
    unlink(task);
    return true;
  }

  private void unlink(EngineTask task) {
    EngineTask before = task.previous;
    EngineTask after = task.next;
    if (before == null) {
      head = after;
      headReadyNanos = after == null ? NONE : after.readyNanos;
    } else {
      before.next = after;
    }
    if (after == null) {
      tail = before;
    } else {
      after.previous = before;
    }
    task.queue = null;
    task.previous = null;
    task.next = null;
    size--;
  }

  synchronized int size() {
    return size;
  }

  /** When the oldest task became ready, or {@link #NONE}. */
  long headReadyNanos() {
    return headReadyNanos;
  }
}
