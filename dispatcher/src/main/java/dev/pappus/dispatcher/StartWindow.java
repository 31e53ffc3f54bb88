package dev.pappus.dispatcher;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Holds instances of an invocation back while many of them are in the engines' queues already, so
 * that a large invocation neither fills the queues nor makes others wait for all of it. Belongs to
 * whoever attends the invocation's mailbox.
 */
final class StartWindow {
  /** Enough to keep engines busy until the next ones come. */
  static final int STARTED_MAX = 256;

  private final ArrayDeque<ComputeTask> held = new ArrayDeque<>();
  private int started;

  /** Whether {@code task} may start now; it is held otherwise. */
  boolean admits(ComputeTask task) {
    if (started < STARTED_MAX && held.isEmpty()) {
      started++;
      return true;
    }
    held.add(task);
    return false;
  }

  /** One that had started has ended. */
  void ended() {
    started--;
  }

  /** One that may start now, or null. */
  @Nullable ComputeTask next() {
    if (started >= STARTED_MAX || held.isEmpty()) {
      return null;
    }
    started++;
    return held.poll();
  }

  /** Holds {@code task}, which {@link #next} gave, a while longer. */
  void putBack(ComputeTask task) {
    started--;
    held.addFirst(task);
  }

  /** How many are held. */
  int held() {
    return held.size();
  }

  void clear() {
    held.clear();
  }
}
