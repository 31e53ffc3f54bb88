package dev.pappus.dispatcher.engine;

import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that wait for an engine: a queue for each engine, with places that namespaces share. A task
 * goes to an idle engine if there is one, the one that last ran its function first; an engine takes
 * from its own queue, except when another's oldest task has waited noticeably longer. What is at
 * home at an engine that is free soon is left to it. Any thread may use it.
 */
final class ReadyTasks {
  /** How much longer another engine's oldest task must have waited to be taken before one's own. */
  private static final long OWN_QUEUE_LEAD_NANOS = 500_000L;

  private final List<EngineWorker> engines;
  private final FairShare places;
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger impatient = new AtomicInteger();
  private final AtomicInteger nextQueue = new AtomicInteger();

  private final ServiceTime serviceTime = new ServiceTime();

  /**
   * None so far.
   *
   * @param engines have a queue each
   * @param waitingMax most tasks that may wait; shared between namespaces
   */
  ReadyTasks(List<EngineWorker> engines, int waitingMax) {
    this.engines = engines;
    this.places = new FairShare(waitingMax);
  }

  /** Takes a place for a task to be {@link #add}ed; false if the namespace's share is full. */
  boolean tryTakePlace(Namespace namespace) {
    return places.tryTake(namespace);
  }

  /** Takes a place even where there is none. */
  void takePlace(Namespace namespace) {
    places.take(namespace);
  }

  /** Queues a task, whose place is taken; the engine whose queue it is in now. */
  EngineWorker add(EngineTask task) {
    waiting.getAndIncrement();
    task.readyNanos = System.nanoTime();
    task.weigh();
    if (!task.isPatient()) {
      impatient.getAndIncrement();
    }
    EngineWorker target = choose(task);
    queueOf(target).add(task);
    return target;
  }

  /**
   * An idle engine if there is one, else one with a short queue; the preferred one if it may be.
   */
  private EngineWorker choose(EngineTask task) {
    int preferredIndex = task.preferredEngine();
    EngineWorker preferred =
        preferredIndex >= 0 && preferredIndex < engines.size() ? engines.get(preferredIndex) : null;
    if (preferred != null && (preferred.isIdle() || preferred.isFreeSoonFor(task))) {
      return preferred;
    }
    Namespace namespace = task.namespace();
    int start = Math.floorMod(nextQueue.getAndIncrement(), engines.size());
    EngineWorker shortest = engines.get(start);
    int shortestAhead = Integer.MAX_VALUE;
    for (int i = 0; i < engines.size(); i++) {
      EngineWorker each = engines.get((start + i) % engines.size());
      if (each.isIdle()) {
        return each;
      }
      int ahead = queueOf(each).ahead(namespace);
      if (ahead < shortestAhead) {
        shortest = each;
        shortestAhead = ahead;
      }
    }
    boolean preferredIsShortEnough =
        preferred != null && queueOf(preferred).ahead(namespace) <= 2L * shortestAhead + 2;
    return preferred != null && preferredIsShortEnough ? preferred : shortest;
  }

  private static ReadyQueue queueOf(EngineWorker engine) {
    ReadyQueue queue = engine.queue();
    if (queue == null) {
      throw new IllegalStateException("spare engines have no queue");
    }
    return queue;
  }

  /** Takes the task whose turn it is for {@code worker}; null if none waits for it. */
  @Nullable EngineTask poll(EngineWorker worker) {
    List<EngineWorker> passed = List.of();
    while (waiting.get() > 0) {
      EngineWorker oldest = withOldest(worker, passed);
      if (oldest == null) {
        return null;
      }
      EngineTask task =
          oldest == worker
              ? queueOf(oldest).poll()
              : queueOf(oldest).poll(each -> !isLeft(each, oldest, worker));
      if (task != null) {
        left(task);
        return task;
      }
      // Empty by now, or left to its engine. Whoever adds to it from now on wakes somebody.
      passed = new ArrayList<>(passed);
      passed.add(oldest);
    }
    return null;
  }

  private static boolean isLeft(EngineTask task, EngineWorker home, EngineWorker worker) {
    boolean isLeft = home.isFreeSoonFor(task);
    if (isLeft) {
      worker.looksAgainSoon();
    }
    return isLeft;
  }

  /** The engine whose queue has the oldest task, for {@code worker}; null if all are empty. */
  private @Nullable EngineWorker withOldest(EngineWorker worker, List<EngineWorker> passed) {
    EngineWorker oldest = null;
    long oldestNanos = 0;
    for (EngineWorker each : engines) {
      long ready = queueOf(each).headReadyNanos();
      if (ready != ReadyQueue.NONE && !passed.contains(each)) {
        long handicapped = each == worker ? ready - OWN_QUEUE_LEAD_NANOS : ready;
        if (oldest == null || handicapped - oldestNanos < 0) {
          oldest = each;
          oldestNanos = handicapped;
        }
      }
    }
    return oldest;
  }

  /** Takes a waiting task out of its queue; false if it is not waiting any more. */
  boolean withdraw(EngineTask task) {
    ReadyQueue queue = task.queue;
    if (queue != null && queue.remove(task)) {
      left(task);
      return true;
    }
    return false;
  }

  /** Takes out and fails all that wait. */
  void failAll(Problem problem) {
    for (EngineWorker each : engines) {
      EngineTask task = queueOf(each).poll();
      while (task != null) {
        left(task);
        task.fail(problem);
        task = queueOf(each).poll();
      }
    }
  }

  private void left(EngineTask task) {
    waiting.getAndDecrement();
    if (!task.isPatient()) {
      impatient.getAndDecrement();
    }
    places.give(task.namespace());
  }

  /** How many wait. */
  int waiting() {
    return waiting.get();
  }

  /** Whether all that wait are {@linkplain EngineTask#isPatient patient}. */
  boolean arePatient() {
    return impatient.get() == 0;
  }

  /** An engine was at a task for {@code nanos}. */
  void served(long nanos) {
    serviceTime.add(nanos);
  }

  /** About how long a task of {@code namespace} would wait if it were added now. */
  long expectedWaitNanos(Namespace namespace) {
    long round = (long) places.held(namespace) * Math.max(1, places.holders());
    long ahead = Math.min(round, places.total());
    return (long) (ahead * (double) serviceTime.nanos() / engines.size());
  }

  /** Whether there is a place for a task of {@code namespace}. */
  boolean hasRoom(Namespace namespace) {
    return places.hasRoom(namespace);
  }
}
