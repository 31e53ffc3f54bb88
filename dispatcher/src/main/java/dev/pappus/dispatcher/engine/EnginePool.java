package dev.pappus.dispatcher.engine;

import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.sandbox.Backends;
import dev.pappus.sandbox.PreparedFunction;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The compute engines of a node. Each has its own queue; a task goes to an idle engine if there is
 * one, the one that last ran its function first; an engine takes from its own queue, except when
 * another's oldest task has waited noticeably longer, and leaves for some milliseconds what has its
 * inputs at another engine. While every engine is held by a long task and work waits, spare
 * engines, bounded in number, serve the queues. Any thread may use it.
 */
public final class EnginePool implements AutoCloseable {
  /** Number of engines on borrowed threads, which are not confined to a processor. */
  private static final int BORROWED = -1;

  /** What the current thread is to a pool that has borrowed it. */
  private static final ThreadLocal<@Nullable BorrowedThread> BORROWED_HERE = new ThreadLocal<>();

  private final Backends backends;
  private final EngineThreads threads;
  private final List<EngineWorker> engines;
  private final ReadyTasks ready;
  private final SpareEngines spares;
  private final List<BorrowedThread> borrowed = new CopyOnWriteArrayList<>();
  private final int processors = Runtime.getRuntime().availableProcessors();
  private final GivenUpCode givenUp;
  private final AtomicLong internalErrors = new AtomicLong();
  private volatile boolean closed;

  /**
   * Starts the engines; they open in the background.
   *
   * @param engines how many; at least 1
   * @param waitingMax most tasks that may wait; shared between namespaces
   * @param timeouts stays the caller's
   * @param onThread done first on each thread of the pool
   */
  public EnginePool(
      Backends backends, int engines, int waitingMax, Timeouts timeouts, Runnable onThread) {
    this.backends = backends;
    this.givenUp = new GivenUpCode(timeouts, this::workers);
    this.threads = new EngineThreads(onThread);
    this.engines =
        IntStream.range(0, engines)
            .mapToObj(i -> new EngineWorker(this, backends, i, new ReadyQueue(), null))
            .toList();
    this.ready = new ReadyTasks(this.engines, waitingMax);
    this.spares = new SpareEngines(this, backends, this.engines, ready, threads, timeouts);
    for (EngineWorker worker : this.engines) {
      threads.start(worker, "engine-" + worker.index());
    }
  }

  /**
   * Whether {@code task} was accepted; it is not when its namespace's share of the queue is full or
   * the pool closed.
   */
  public boolean submit(EngineTask task) {
    BorrowedThread here = BORROWED_HERE.get();
    if (here != null && here.pool() == this && ready.waiting() == 0 && here.take(task)) {
      return true;
    }
    if (closed || !ready.tryTakePlace(task.namespace())) {
      return false;
    }
    enqueue(task);
    return true;
  }

  /**
   * Has short tasks that the calling thread submits run on it if none waits for an engine by then.
   * The thread must outlive this pool.
   *
   * @param host does things on the calling thread: at once after what it is doing now, and
   *     scheduled ones after it has also looked after whatever else it serves
   */
  public void borrowThread(ScheduledExecutorService host) {
    EngineWorker worker = new EngineWorker(this, backends, BORROWED, null, host);
    BorrowedThread here = new BorrowedThread(this, worker, host);
    BORROWED_HERE.set(here);
    borrowed.add(here);
  }

  /**
   * Whether an engine waits for tasks and, as far as the pool knows, a processor, too: the others
   * are not all taken by engines, by {@code self} and by other borrowed threads.
   */
  boolean hasIdleProcessor(BorrowedThread self) {
    boolean waits = false;
    int active = 1;
    for (EngineWorker each : engines) {
      if (each.isIdle()) {
        waits = true;
      } else if (!each.isRefused()) {
        active++;
      }
    }
    for (BorrowedThread each : borrowed) {
      if (each != self && each.isActive()) {
        active++;
      }
    }
    return waits && active < processors;
  }

  /** Has an idle engine do {@code task}, if there is one and the namespace's share has room. */
  public void submitIfIdle(EngineTask task) {
    if (!closed
        && engines.stream().anyMatch(EngineWorker::isIdle)
        && ready.tryTakePlace(task.namespace())) {
      enqueue(task);
    }
  }

  /** Takes back a task that was already accepted and now waits again; it is never refused. */
  public void resubmit(EngineTask task) {
    ready.takePlace(task.namespace());
    enqueue(task);
  }

  private void enqueue(EngineTask task) {
    EngineWorker target = ready.add(task);
    if (closed) {
      failWaiting();
      return;
    }
    if (!target.wakeIfIdle() && !wakeAnyIdle()) {
      spares.help();
    }
  }

  /** Has others serve what waits, if anything does; for a worker that begins a task. */
  void helpWaiting() {
    if (ready.waiting() > 0 && !wakeAnyIdle()) {
      spares.help();
    }
  }

  /** Wakes an engine that waits for tasks; false if none does. Spare ones are not looked at. */
  boolean wakeAnyIdle() {
    for (EngineWorker each : engines) {
      if (each.wakeIfIdle()) {
        return true;
      }
    }
    return false;
  }

  /** Takes a waiting task out of its queue; false if it is not waiting any more. */
  public boolean withdraw(EngineTask task) {
    return ready.withdraw(task);
  }

  /** The next task for {@code worker}, whose thread calls; null when it shall end. */
  @Nullable EngineTask take(EngineWorker worker) {
    worker.tidy();
    EngineTask task = serves(worker) ? poll(worker) : null;
    if (task == null) {
      worker.rest();
    }
    while (task == null && !closed) {
      worker.openIfDue();
      boolean serves = serves(worker);
      // Raised before the last look at the queues: whoever adds a task after that look sees it.
      worker.idle(serves);
      task = serves ? poll(worker) : null;
      if (task == null && !closed && !worker.hasToTidy() && !await(worker, serves)) {
        return null;
      }
      worker.idle(false);
      worker.tidy();
    }
    return task;
  }

  /** An engine that the host refused leaves the tasks to others, unless it refused all. */
  private boolean serves(EngineWorker worker) {
    return !worker.isRefused() || engines.stream().allMatch(EngineWorker::isRefused);
  }

  /** Waits to be woken; false if the worker shall end. */
  private boolean await(EngineWorker worker, boolean serves) {
    if (worker.queue() == null) {
      return spares.linger(worker);
    }
    if (worker.hasToLookAgain()) {
      LockSupport.parkNanos(this, EngineWorker.LEFT_NANOS);
    } else if (serves && !worker.isRefused()) {
      LockSupport.park(this);
    } else {
      LockSupport.parkNanos(this, OpenEngines.REOPEN_PAUSE_NANOS);
    }
    return true;
  }

  private @Nullable EngineTask poll(EngineWorker worker) {
    boolean isSpare = worker.queue() == null;
    if (isSpare && (worker.hasStoodBack() || !spares.isNeeded(worker))) {
      return null;
    }
    return ready.poll(worker);
  }

  /** Has every engine give up its sandboxes of {@code function}, soon. */
  public void forget(PreparedFunction function) {
    givenUp.add(function);
  }

  private Stream<EngineWorker> workers() {
    return Stream.of(
            engines.stream(), spares.open().stream(), borrowed.stream().map(BorrowedThread::worker))
        .flatMap(each -> each);
  }

  /**
   * About how long a task of {@code namespace} would wait for an engine if it were submitted now.
   */
  public long expectedWaitNanos(Namespace namespace) {
    return ready.expectedWaitNanos(namespace);
  }

  /** Whether the queue has room for a task of {@code namespace}. */
  public boolean hasRoom(Namespace namespace) {
    return ready.hasRoom(namespace);
  }

  /** An engine was at a task for {@code nanos}. */
  void served(long nanos) {
    ready.served(nanos);
  }

  /** Number of tasks that wait. */
  public int waiting() {
    return ready.waiting();
  }

  /** Number of engines at work, spare ones included. */
  public int busy() {
    return (int)
        (engines.stream().filter(EngineWorker::isBusy).count()
            + spares.open().stream().filter(EngineWorker::isBusy).count()
            + borrowed.stream().filter(each -> each.worker().isBusy()).count());
  }

  /** Number of spare engines that are open. */
  public int spares() {
    return spares.open().size();
  }

  /** Unexpected exceptions that engines survived. */
  public long internalErrors() {
    return internalErrors.get();
  }

  void countInternalError() {
    internalErrors.getAndIncrement();
  }

  /**
   * Fails what waits and ends the engines; what runs may finish within {@code graceNanos}.
   *
   * @return whether every engine has ended, so that the driver may be closed
   */
  public boolean close(long graceNanos) {
    closed = true;
    failWaiting();
    long end = System.nanoTime() + graceNanos;
    threads.wake();
    boolean ended = threads.join(end);
    for (BorrowedThread each : borrowed) {
      ended &= each.close(end - System.nanoTime());
    }
    return ended;
  }

  private void failWaiting() {
    ready.failAll(
        Problem.of(ProblemCode.SHUTTING_DOWN, "the node is stopping")
            .withHint("send the request to another node, or again once it is back"));
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    var _ = close(0);
  }
}
