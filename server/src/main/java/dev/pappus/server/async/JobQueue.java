package dev.pappus.server.async;

import dev.pappus.model.Namespace;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Durable invocations that wait: first in, first out within a namespace, and one namespace after
 * the other, so that none waits for all of another's. One thread at a time.
 */
final class JobQueue {
  /** Those of each namespace that has some; the namespace whose turn it is comes first. */
  private final LinkedHashMap<Namespace, Deque<DurableJob>> waiting = new LinkedHashMap<>();

  void add(DurableJob job) {
    waiting.computeIfAbsent(job.row().namespace(), _ -> new ArrayDeque<>()).addLast(job);
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** What {@link #poll} would take. */
  @Nullable DurableJob peek() {
    Map.Entry<Namespace, Deque<DurableJob>> turn = waiting.firstEntry();
    return turn == null ? null : turn.getValue().peekFirst();
  }

  @Nullable DurableJob poll() {
    Map.Entry<Namespace, Deque<DurableJob>> turn = waiting.pollFirstEntry();
    if (turn == null) {
      return null;
    }
    DurableJob job = turn.getValue().pollFirst();
    if (!turn.getValue().isEmpty()) {
      waiting.putLast(turn.getKey(), turn.getValue());
    }
    return job;
  }

  /** Whether {@code job} was here; it no longer is. */
  boolean remove(DurableJob job) {
    Namespace namespace = job.row().namespace();
    Deque<DurableJob> own = waiting.get(namespace);
    if (own == null || !own.remove(job)) {
      return false;
    }
    if (own.isEmpty()) {
      waiting.remove(namespace);
    }
    return true;
  }
}
