package dev.pappus.dispatcher.engine;

import dev.pappus.model.Namespace;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Ready tasks of one engine: first in, first out within a namespace, and fair between namespaces
 * (deficit round robin: whose tasks run long gets fewer turns). Lists linked through the tasks
 * themselves, so that one can be withdrawn from the middle at no cost. Everything takes constant
 * time, poll amortised. Any thread may use it; the monitor is held for a few instructions.
 */
final class ReadyQueue {
  /** {@link #headReadyNanos} of an empty queue. */
  static final long NONE = Long.MAX_VALUE;

  /** How many tasks of a namespace are looked at for one that is wanted. */
  private static final int LOOKS_MAX = 16;

  private final Map<Namespace, Flow> flows = new HashMap<>();

  /** The flow whose turn it is; flows form a ring. */
  private @Nullable Flow turn;

  private int size;
  private volatile long headReadyNanos = NONE;

  /** What waits of one namespace; in the map and in the ring exactly while that is something. */
  static final class Flow {
    private final Namespace namespace;
    private EngineTask head;
    private EngineTask tail;
    private Flow previous;
    private Flow next;
    private int size = 1;
    private int credit;

    /** Since when it has waited for its next task to be taken. */
    private long sinceNanos;

    Flow(EngineTask first) {
      namespace = first.namespace();
      head = first;
      tail = first;
      previous = this;
      next = this;
      sinceNanos = first.readyNanos;
    }
  }

  synchronized void add(EngineTask task) {
    task.queue = this;
    task.next = null;
    size++;
    Flow flow = flows.get(task.namespace());
    if (flow == null) {
      addFlow(task);
      return;
    }
    task.flow = flow;
    task.previous = flow.tail;
    flow.tail.next = task;
    flow.tail = task;
    flow.size++;
  }

  private void addFlow(EngineTask task) {
    task.previous = null;
    Flow flow = new Flow(task);
    task.flow = flow;
    flows.put(flow.namespace, flow);
    Flow current = turn;
    if (current == null) {
      beginTurn(flow);
    } else { // last in the round
      flow.next = current;
      flow.previous = current.previous;
      current.previous.next = flow;
      current.previous = flow;
    }
  }

  private void beginTurn(Flow flow) {
    turn = flow;
    flow.credit++;
    headReadyNanos = flow.sinceNanos;
  }

  /** The task whose turn it is. */
  synchronized @Nullable EngineTask poll() {
    return poll(_ -> true);
  }

  /**
   * The first task that is {@code wanted}, from that whose turn it is on: of each namespace, few
   * are looked at. The others stay where they are.
   */
  synchronized @Nullable EngineTask poll(Predicate<EngineTask> wanted) {
    Flow flow = turn;
    if (flow == null) {
      return null;
    }
    while (flow.next != flow && flow.credit < flow.head.turns()) {
      flow = flow.next;
      beginTurn(flow);
    }
    Flow due = flow;
    EngineTask first = firstOf(flow, wanted);
    while (first == null && flow.next != due) {
      flow = flow.next;
      first = firstOf(flow, wanted);
    }
    if (first == null) {
      return null;
    }
    flow.credit = flow.next == flow ? 0 : flow.credit - first.turns();
    flow.sinceNanos = System.nanoTime();
    unlink(first, flow);
    if (turn == flow) {
      if (flow.credit < flow.head.turns()) {
        beginTurn(flow.next);
      } else {
        headReadyNanos = flow.sinceNanos;
      }
    }
    return first;
  }

  private static @Nullable EngineTask firstOf(Flow flow, Predicate<EngineTask> wanted) {
    EngineTask task = flow.head;
    for (int i = 0; task != null && i < LOOKS_MAX; i++) {
      if (wanted.test(task)) {
        return task;
      }
      task = task.next;
    }
    return null;
  }

  /** Whether {@code task} was here; it no longer is. */
  synchronized boolean remove(EngineTask task) {
    Flow flow = task.flow;
    if (task.queue != this || flow == null) {
      return false;
    }
    unlink(task, flow);
    if (turn == flow) {
      headReadyNanos = flow.sinceNanos;
    }
    return true;
  }

  private void unlink(EngineTask task, Flow flow) {
    EngineTask before = task.previous;
    EngineTask after = task.next;
    task.queue = null;
    task.flow = null;
    task.previous = null;
    task.next = null;
    size--;
    flow.size--;
    EngineTask head = before == null ? after : flow.head;
    EngineTask tail = after == null ? before : flow.tail;
    if (head == null || tail == null) {
      removeFlow(flow);
      return;
    }
    flow.head = head;
    flow.tail = tail;
    if (after != null) {
      after.previous = before;
    }
    if (before != null) {
      before.next = after;
    } else if (head.readyNanos - flow.sinceNanos > 0) {
      flow.sinceNanos = head.readyNanos;
    }
  }

  private void removeFlow(Flow flow) {
    flows.remove(flow.namespace);
    if (flow.next == flow) {
      turn = null;
      headReadyNanos = NONE;
      return;
    }
    flow.previous.next = flow.next;
    flow.next.previous = flow.previous;
    if (turn == flow) {
      beginTurn(flow.next);
    }
  }

  synchronized int size() {
    return size;
  }

  /**
   * About how many tasks run before one of {@code namespace} that is added now: those of its own,
   * each after a round of the others.
   */
  synchronized int ahead(Namespace namespace) {
    Flow flow = flows.get(namespace);
    return flow == null ? 0 : flow.size * flows.size();
  }

  /**
   * Since when the next task has waited for its turn, or {@link #NONE}: since it became ready, but
   * not since before the latest task of its namespace was taken.
   */
  long headReadyNanos() {
    return headReadyNanos;
  }
}
