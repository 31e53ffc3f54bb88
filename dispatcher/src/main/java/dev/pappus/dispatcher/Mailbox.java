package dev.pappus.dispatcher;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What happens to something, one event after the other. The thread that finds the mailbox
 * unattended works it off. So what only events touch has one owner at a time, no thread waits for
 * it, and none holds a lock.
 */
final class Mailbox {
  /** Whose mailbox it is; told by whoever attends. */
  interface Owner {
    /** An event threw, or a step that it led to; the steps that were left are yet to be done. */
    void failed(Throwable cause);

    /** {@link #failed} threw; does not throw itself. */
    void reportUnexpected(Throwable e);
  }

  private final Owner owner;
  private final Queue<Runnable> events = new ConcurrentLinkedQueue<>();
  private final AtomicInteger unattended = new AtomicInteger();

  // Below: whoever attends.
  private final Queue<Runnable> agenda = new ArrayDeque<>();
  private boolean stepsEnded;

  Mailbox(Owner owner) {
    this.owner = owner;
  }

  /** Has {@code event} handled, by this thread if nobody attends; never throws. Any thread. */
  void post(Runnable event) {
    events.add(event);
    if (unattended.getAndIncrement() == 0) {
      int handled = 1;
      do {
        for (int i = 0; i < handled; i++) {
          handleSafely(events.remove());
        }
        handled = unattended.addAndGet(-handled);
      } while (handled > 0);
    }
  }

  /** Whatever is thrown, the mailbox stays attended: an event left in it would be lost. */
  private void handleSafely(Runnable event) {
    try {
      handle(event);
    } catch (RuntimeException | Error e) {
      owner.reportUnexpected(e);
    }
  }

  private void handle(Runnable event) {
    try {
      event.run();
      for (Runnable next = agenda.poll(); next != null; next = agenda.poll()) {
        next.run();
      }
    } catch (RuntimeException | Error e) {
      owner.failed(e);
    }
  }

  /**
   * Does {@code step} before the next event; instead of a call that could nest without bound. In an
   * event only.
   */
  void later(Runnable step) {
    if (!stepsEnded) {
      agenda.add(step);
    }
  }

  /** No step is done any more; events still are. In an event only. */
  void endSteps() {
    stepsEnded = true;
    agenda.clear();
  }
}
