package dev.pappus.dispatcher.engine;

import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.sandbox.Backends;
import dev.pappus.sandbox.PreparedFunction;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The compute engines of a node. Each has its own queue; a task goes to an idle engine if there is
 * one, the one that last ran its function first; an engine takes from its own queue, except when
 * another's oldest task has waited noticeably longer. When every engine has been at one task for
 * longer than the quantum and work waits, spare engines, bounded in number, serve the queues. Any
 * thread may use it.
 */
public final class EnginePool implements AutoCloseable {
  /** Runs that outlive it make room for a spare engine (DESIGN section 3). */
  private static final long QUANTUM_NANOS = 10_000_000L;

  /** How much longer another engine's oldest task must have waited to be taken before one's own. */
  private static final long OWN_QUEUE_LEAD_NANOS = 500_000L;

  /** How long a spare engine without work stays open. */
  private static final long SPARE_LINGER_NANOS = 2_000_000_000L;

  private static final int SPARES_PER_ENGINE = 4;

  /** Number of engines on borrowed threads, which are not confined to a processor. */
  private static final int BORROWED = -1;

  private static final long START_PAUSE_NANOS = 50_000L;
  private static final long SERVICE_WEIGHT = 16;

  /** What the current thread is to a pool that has borrowed it. */
  private static final ThreadLocal<@Nullable BorrowedThread> BORROWED_HERE = new ThreadLocal<>();

  private final Backends backends;
  private final Timeouts timeouts;
  private final Runnable onThread;
  private final FairShare places;
  private final List<EngineWorker> engines;
  private final List<EngineWorker> spares = new CopyOnWriteArrayList<>();
  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private final List<BorrowedThread> borrowed = new CopyOnWriteArrayList<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicBoolean spareCheckDue = new AtomicBoolean();
  private final AtomicLong internalErrors = new AtomicLong();
  private final AtomicInteger nextQueue = new AtomicInteger();
  private volatile boolean closed;

  /** Moving average of the time that an engine is at one task. */
  private volatile long serviceNanos;

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
    this.timeouts = timeouts;
    this.onThread = onThread;
    this.places = new FairShare(waitingMax);
    this.engines =
        IntStream.range(0, engines)
            .mapToObj(i -> new EngineWorker(this, backends, i, new ReadyQueue(), null))
            .toList();
    for (EngineWorker worker : this.engines) {
      start(worker, "engine-" + worker.index());
    }
  }

  private void start(EngineWorker worker, String name) {
    Thread thread =
        Thread.ofPlatform()
            .name(name)
            .daemon(true)
            .unstarted(() -> {
              onThread.run();
              worker.run();
            });
    threads.add(thread);
    boolean started = false;
    try {
      thread.start();
      started = true;
    } finally {
      if (!started) { // the host has no thread left to give
        threads.remove(thread);
        spares.remove(worker);
      }
    }
  }

  /**
   * Whether {@code task} was accepted; it is not when its namespace's share of the queue is full or
   * the pool closed.
   */
  public boolean submit(EngineTask task) {
    BorrowedThread here = BORROWED_HERE.get();
    if (here != null && here.pool() == this && waiting.get() == 0 && here.take(task)) {
      return true;
    }
    if (closed || !places.tryTake(task.namespace())) {
      return false;
    }
    enqueue(task);
    return true;
  }

  /**
   * Has short tasks that the calling thread submits run on it, as long as none waits for an engine.
   * The thread must outlive this pool.
   *
   * @param later does things on the calling thread, after what it is doing now
   */
  public void borrowThread(Executor later) {
    EngineWorker worker = new EngineWorker(this, backends, BORROWED, null, later);
    BorrowedThread here = new BorrowedThread(this, worker, later);
    BORROWED_HERE.set(here);
    borrowed.add(here);
  }

  /** Has an idle engine do {@code task}, if there is one and the namespace's share has room. */
  public void submitIfIdle(EngineTask task) {
    if (!closed
        && engines.stream().anyMatch(EngineWorker::isIdle)
        && places.tryTake(task.namespace())) {
      enqueue(task);
    }
  }

  /** Takes back a task that was already accepted and now waits again; it is never refused. */
  public void resubmit(EngineTask task) {
    places.take(task.namespace());
    enqueue(task);
  }

  private void left(EngineTask task) {
    waiting.getAndDecrement();
    places.give(task.namespace());
  }

  private void enqueue(EngineTask task) {
    waiting.getAndIncrement();
    task.readyNanos = System.nanoTime();
    task.weigh();
    EngineWorker target = choose(task.preferredEngine(), task.namespace());
    queueOf(target).add(task);
    if (closed) {
      drain();
      return;
    }
    if (!wakeIfIdle(target) && !wakeAnyIdle()) {
      armSpareCheck();
    }
  }

  /**
   * An idle engine if there is one, else one with a short queue; the preferred one if it may be.
   */
  private EngineWorker choose(int preferredIndex, Namespace namespace) {
    EngineWorker preferred =
        preferredIndex >= 0 && preferredIndex < engines.size() ? engines.get(preferredIndex) : null;
    if (preferred != null && preferred.isIdle()) {
      return preferred;
    }
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

  private boolean wakeAnyIdle() {
    for (EngineWorker each : engines) {
      if (wakeIfIdle(each)) {
        return true;
      }
    }
    return false;
  }

  private static boolean wakeIfIdle(EngineWorker worker) {
    if (!worker.isIdle()) {
      return false;
    }
    worker.idle(false);
    LockSupport.unpark(worker.thread());
    return true;
  }

  /** Takes a waiting task out of its queue; false if it is not waiting any more. */
  public boolean withdraw(EngineTask task) {
    ReadyQueue queue = task.queue;
    if (queue != null && queue.remove(task)) {
      left(task);
      return true;
    }
    return false;
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
    if (task != null && waiting.get() > 0 && !wakeAnyIdle()) {
      armSpareCheck();
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
      return lingerAsSpare(worker);
    }
    if (serves && !worker.isRefused()) {
      LockSupport.park(this);
    } else {
      LockSupport.parkNanos(this, OpenEngines.REOPEN_PAUSE_NANOS);
    }
    return true;
  }

  /** Waits to be woken; false when nobody did for long, and the spare engine is off the books. */
  private boolean lingerAsSpare(EngineWorker worker) {
    if (!worker.hasStoodBack()) {
      LockSupport.parkNanos(this, SPARE_LINGER_NANOS);
    }
    if (!worker.isIdle() || closed || worker.hasToTidy()) {
      return true;
    }
    // Before it is off the books: nobody waits for it then, and the driver may be closed.
    worker.closeEngines();
    synchronized (spares) {
      if (!worker.isIdle()) {
        return true;
      }
      spares.remove(worker);
      threads.remove(Thread.currentThread());
      return false;
    }
  }

  private @Nullable EngineTask poll(EngineWorker worker) {
    if (worker.queue() == null && (worker.hasStoodBack() || !spareIsNeeded(worker))) {
      return null;
    }
    while (waiting.get() > 0) {
      ReadyQueue oldest = oldestQueue(worker.queue());
      if (oldest == null) {
        return null;
      }
      EngineTask task = oldest.poll();
      if (task != null) {
        left(task);
        return task;
      }
    }
    return null;
  }

  private @Nullable ReadyQueue oldestQueue(@Nullable ReadyQueue own) {
    ReadyQueue oldest = null;
    long oldestNanos = 0;
    for (EngineWorker each : engines) {
      ReadyQueue queue = queueOf(each);
      long ready = queue.headReadyNanos();
      if (ready != ReadyQueue.NONE) {
        long handicapped = queue == own ? ready - OWN_QUEUE_LEAD_NANOS : ready;
        if (oldest == null || handicapped - oldestNanos < 0) {
          oldest = queue;
          oldestNanos = handicapped;
        }
      }
    }
    return oldest;
  }

  /** Whether every engine that works has been at one task for longer than the quantum. */
  private boolean spareIsNeeded(EngineWorker self) {
    long now = System.nanoTime();
    for (EngineWorker each : engines) {
      if (!each.isRefused() && !each.isBusyFor(QUANTUM_NANOS, now)) {
        return false;
      }
    }
    for (EngineWorker each : spares) {
      if (each != self && each.isBusy() && !each.isBusyFor(QUANTUM_NANOS, now)) {
        return false;
      }
    }
    return true;
  }

  private void armSpareCheck() {
    if (!spareCheckDue.get() && spareCheckDue.compareAndSet(false, true)) {
      var _ = timeouts.after(QUANTUM_NANOS, this::spareCheck);
    }
  }

  private void spareCheck() {
    spareCheckDue.set(false);
    if (waiting.get() == 0 || closed) {
      return;
    }
    spares.forEach(spare -> spare.standBackIfBusyFor(QUANTUM_NANOS));
    if (!wakeAnyIdle() && spareIsNeeded(engines.getFirst())) {
      wakeSpare();
    }
    armSpareCheck();
  }

  private void wakeSpare() {
    synchronized (spares) {
      for (EngineWorker each : spares) {
        if (wakeIfIdle(each)) {
          return;
        }
      }
      if (spares.size() < SPARES_PER_ENGINE * engines.size()) {
        EngineWorker spare = new EngineWorker(this, backends, freeSpareIndex(), null, null);
        spares.add(spare);
        start(spare, "engine-spare-" + spare.index());
      }
    }
  }

  private int freeSpareIndex() {
    int index = engines.size();
    while (isSpareIndexTaken(index)) {
      index++;
    }
    return index;
  }

  private boolean isSpareIndexTaken(int index) {
    return spares.stream().anyMatch(spare -> spare.index() == index);
  }

  /** Has every engine give up its sandboxes of {@code function}. */
  public void forget(PreparedFunction function) {
    for (List<EngineWorker> group : List.of(engines, spares)) {
      for (EngineWorker each : group) {
        each.askToForget(function);
        LockSupport.unpark(each.thread());
      }
    }
    for (BorrowedThread each : borrowed) {
      each.worker().askToForget(function);
      each.worker().wakeToTidy();
    }
  }

  /**
   * About how long a task of {@code namespace} would wait for an engine if it were submitted now.
   */
  public long expectedWaitNanos(Namespace namespace) {
    long round = (long) places.held(namespace) * Math.max(1, places.holders());
    long ahead = Math.min(round, places.total());
    return (long) (ahead * (double) serviceNanos / engines.size());
  }

  /** Whether the queue has room for a task of {@code namespace}. */
  public boolean hasRoom(Namespace namespace) {
    return places.hasRoom(namespace);
  }

  /** An engine was at a task for {@code nanos}. Updates that meet may get lost, which is fine. */
  void served(long nanos) {
    long average = serviceNanos;
    serviceNanos = average + (nanos - average) / SERVICE_WEIGHT;
  }

  /** Number of tasks that wait. */
  public int waiting() {
    return waiting.get();
  }

  /** Number of engines at work, spare ones included. */
  public int busy() {
    return (int)
        (engines.stream().filter(EngineWorker::isBusy).count()
            + spares.stream().filter(EngineWorker::isBusy).count()
            + borrowed.stream().filter(each -> each.worker().isBusy()).count());
  }

  /** Number of spare engines that are open. */
  public int spares() {
    return spares.size();
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
    drain();
    long end = System.nanoTime() + graceNanos;
    boolean ended = true;
    for (Thread thread : threads) {
      LockSupport.unpark(thread);
    }
    for (Thread thread : threads) {
      ended &= join(thread, end - System.nanoTime());
    }
    for (BorrowedThread each : borrowed) {
      ended &= each.close(end - System.nanoTime());
    }
    return ended;
  }

  private boolean join(Thread thread, long nanos) {
    long end = System.nanoTime() + nanos;
    while (thread.getState() == Thread.State.NEW && threads.contains(thread)) {
      // A spare engine that another thread is about to start, or cannot start after all.
      if (System.nanoTime() - end > 0) {
        return false;
      }
      LockSupport.parkNanos(START_PAUSE_NANOS);
    }
    if (thread.getState() == Thread.State.NEW) {
      return true;
    }
    try {
      return thread.join(java.time.Duration.ofNanos(Math.max(1, nanos)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void drain() {
    for (EngineWorker each : engines) {
      EngineTask task = queueOf(each).poll();
      while (task != null) {
        left(task);
        task.fail(
            Problem.of(ProblemCode.SHUTTING_DOWN, "the node is stopping")
                .withHint("send the request to another node, or again once it is back"));
        task = queueOf(each).poll();
      }
    }
  }

  @Override
  public void close() {
    var _ = close(0);
  }
}
