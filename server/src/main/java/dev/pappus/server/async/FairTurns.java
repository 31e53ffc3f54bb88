package dev.pappus.server.async;

import dev.pappus.model.Namespace;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks on virtual threads, few at a time: no namespace gets more than its places, and where
 * many wait for a free one they take turns, so that one whose tasks hang holds up no other. Any
 * thread may use it; the opener closes it.
 */
final class FairTurns implements AutoCloseable {
  private final int placesMax;
  private final int placesOfOneMax;
  private final ExecutorService threads;

  // Guarded by this. The namespace that has waited longest for its turn comes first.
  private final LinkedHashMap<Namespace, Deque<Runnable>> waiting = new LinkedHashMap<>();
  private final Map<Namespace, Integer> running = new HashMap<>();
  private int runningAll;

  /** So many tasks at once, and so many of one namespace. */
  FairTurns(String threadName, int placesMax, int placesOfOneMax) {
    this.placesMax = placesMax;
    this.placesOfOneMax = placesOfOneMax;
    this.threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name(threadName, 0).factory());
  }

  /** Runs {@code task} when it is its turn. */
  synchronized void submit(Namespace namespace, Runnable task) {
    waiting.computeIfAbsent(namespace, _ -> new ArrayDeque<>()).addLast(task);
    startWhatMay();
  }

  private synchronized void ended(Namespace namespace) {
    runningAll--;
    running.computeIfPresent(namespace, (_, count) -> count == 1 ? null : count - 1);
    startWhatMay();
  }

  private void startWhatMay() {
    while (runningAll < placesMax) {
      Namespace next = next();
      if (next == null) {
        return;
      }
      Deque<Runnable> own = Objects.requireNonNull(waiting.remove(next));
      Runnable task = own.removeFirst();
      if (!own.isEmpty()) {
        waiting.putLast(next, own);
      }
      runningAll++;
      running.merge(next, 1, Integer::sum);
      start(next, task);
    }
  }

  private @Nullable Namespace next() {
    for (Namespace each : waiting.keySet()) {
      if (running.getOrDefault(each, 0) < placesOfOneMax) {
        return each;
      }
    }
    return null;
  }

  private void start(Namespace namespace, Runnable task) {
    try {
      threads.execute(() -> {
        try {
          task.run();
        } finally {
          ended(namespace);
        }
      });
    } catch (RejectedExecutionException e) {
      waiting.clear(); // closed; what counts as running does not matter any more
    }
  }

  /** Interrupts what runs, and runs nothing more. */
  @Override
  public void close() {
    threads.shutdownNow();
  }
}
