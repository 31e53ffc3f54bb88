package dev.pappus.server.async;

import dev.pappus.model.Namespace;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Objects;

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

  /** The oldest of each namespace, in the order of their turns; a view. */
  Iterable<DurableJob> heads() {
    return () -> waiting.values().stream().map(Deque::getFirst).iterator();
  }

  /** Takes one of the {@link #heads}; the others of its namespace go to the end. */
  void take(DurableJob head) {
    Namespace namespace = head.row().namespace();
    Deque<DurableJob> own = Objects.requireNonNull(waiting.remove(namespace));
    if (own.pollFirst() != head) {
      throw new IllegalArgumentException("not its turn");
    }
    if (!own.isEmpty()) {
      waiting.putLast(namespace, own);
    }
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
