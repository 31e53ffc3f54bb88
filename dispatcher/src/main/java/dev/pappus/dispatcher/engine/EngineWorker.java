package dev.pappus.dispatcher.engine;

import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.Backends;
import dev.pappus.sandbox.ComputeEngine;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.ThreadPriority;
import java.lang.ref.WeakReference;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that runs guests, with an engine of each backend that it needs. The thread survives
 * whatever a task does: an exception that should not be fails that task, and its engines are closed
 * and opened anew.
 */
public final class EngineWorker implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(EngineWorker.class);

  /** After how long one looks again at a task that was left to another engine. */
  static final long LEFT_NANOS = 1_000_000;

  private final EnginePool pool;
  private final int index;
  private final @Nullable ReadyQueue queue;
  private final @Nullable Executor later;

  /** What other threads ask this one to forget; weak, so that asking holds no memory. */
  private final ConcurrentLinkedQueue<WeakReference<PreparedFunction>> evicted =
      new ConcurrentLinkedQueue<>();

  private volatile boolean idle;
  private volatile long busySinceNanos;
  private volatile boolean atLongTask;
  private volatile boolean busy;
  private volatile int kernelThread;
  private volatile boolean stoodBack;
  private volatile @Nullable Thread thread;

  /** When its last task ended, or it began. For its own thread. */
  private long servedNanos;

  /** Whether it has left a task to another engine since it last waited. For its own thread. */
  private boolean looksAgain;

  private final OpenEngines engines;
  private volatile @Nullable ComputeEngine lastUsed;
  private volatile @Nullable Problem refusal;

  /**
   * A worker.
   *
   * @param queue its own; null if it serves those of others
   * @param later does things on its thread if that belongs to somebody else; null if not
   */
  EngineWorker(
      EnginePool pool,
      Backends backends,
      int index,
      @Nullable ReadyQueue queue,
      @Nullable Executor later) {
    this.pool = pool;
    this.engines = new OpenEngines(backends, index, this::wakeToTidy);
    this.index = index;
    this.queue = queue;
    this.later = later;
  }

  /** Number of this engine on the node. */
  public int index() {
    return index;
  }

  /**
   * The engine for a function; for the thread of this worker, during {@link EngineTask#run}.
   *
   * @throws dev.pappus.model.ProblemException with SANDBOX_UNAVAILABLE if the host gives none
   */
  public ComputeEngine engine(PreparedFunction function) {
    ComputeEngine engine = engines.of(function);
    engine.inBackground(atLongTask || stoodBack);
    lastUsed = engine;
    return engine;
  }

  /** Whether there is an engine for a function, or the host gives one now; as {@link #engine}. */
  public boolean has(PreparedFunction function) {
    try {
      var _ = engines.of(function);
      return true;
    } catch (ProblemException e) {
      return false;
    }
  }

  @Override
  public void run() {
    thread = Thread.currentThread();
    kernelThread = ThreadPriority.currentThread();
    servedNanos = System.nanoTime();
    try {
      EngineTask task = next();
      while (task != null) {
        execute(task);
        task = next();
      }
    } finally {
      engines.close();
    }
  }

  /**
   * Lets other threads go first from now on, if its task has taken longer than {@code nanos}. Not
   * every node may take that back, so the thread should end with its task.
   */
  void standBackIfBusyFor(long nanos) {
    if (!stoodBack && kernelThread != 0 && isBusyFor(nanos, System.nanoTime())) {
      stoodBack = true;
      ThreadPriority.lower(kernelThread);
      // What runs the guest in a process of its own passes the priority on when it is interrupted.
      ComputeEngine engine = lastUsed;
      if (engine != null) {
        engine.nudge();
      }
    }
  }

  /** Whether its thread is to take no more tasks. */
  boolean hasStoodBack() {
    return stoodBack;
  }

  private @Nullable EngineTask next() {
    while (true) {
      try {
        openIfDue();
        return pool.take(this);
      } catch (RuntimeException | Error e) {
        LOG.error("engine {} met an unexpected exception between tasks", index, e);
        pool.countInternalError();
        LockSupport.parkNanos(this, OpenEngines.REOPEN_PAUSE_NANOS);
      }
    }
  }

  private void execute(EngineTask task) {
    execute(
        task,
        () -> {
          pool.helpWaiting();
          task.run(this);
        });
  }

  /** Runs {@code task} on a borrowed thread. */
  void executeBriefly(EngineTask task, long nanos) {
    execute(task, () -> task.runBriefly(this, nanos));
  }

  private void execute(EngineTask task, Runnable step) {
    busySinceNanos = System.nanoTime();
    atLongTask = task.isLong();
    busy = true;
    try {
      step.run();
    } catch (Throwable e) {
      LOG.error("engine {} met an unexpected exception and is opened anew", index, e);
      pool.countInternalError();
      engines.close();
      failQuietly(task, e);
    } finally {
      servedNanos = System.nanoTime();
      pool.served(servedNanos - busySinceNanos);
      busy = false;
    }
  }

  private void failQuietly(EngineTask task, Throwable cause) {
    try {
      task.fail(
          Problem.of(ProblemCode.INTERNAL, "an engine met an unexpected %s", cause)
              .withHint("please report this with the node's log of this moment"));
    } catch (Throwable e) {
      LOG.error("engine {} cannot report a failure", index, e);
    }
  }

  /** Opens the preferred engine if it is not open and the host was not asked just now. */
  void openIfDue() {
    refusal = engines.openPreferred();
  }

  /** Whether the host refused the preferred engine, so that tasks should go to others. */
  boolean isRefused() {
    return refusal != null;
  }

  /** Tells the engines that this thread may block now. */
  void rest() {
    keepingEngines("rest", engines::idle);
  }

  /** Gives up sandboxes of functions that others asked to forget, and wipes what came back. */
  void tidy() {
    if (engines.hasReturned()) {
      keepingEngines("take sandboxes back", engines::reclaim);
    }
    WeakReference<PreparedFunction> next = evicted.poll();
    while (next != null) {
      PreparedFunction function = next.get();
      if (function != null) {
        keepingEngines("forget a function", () -> engines.forget(function));
      }
      next = evicted.poll();
    }
  }

  /** Has its thread {@link #tidy} soon. Any thread. */
  void wakeToTidy() {
    if (later == null) {
      LockSupport.unpark(thread);
      return;
    }
    try {
      later.execute(this::tidy);
    } catch (RejectedExecutionException e) {
      // Its thread has ended.
    }
  }

  private void keepingEngines(String what, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      LOG.error("engine {} cannot {} and is opened anew", index, what, e);
      pool.countInternalError();
      engines.close();
    }
  }

  /** Closes its engines; those that are needed again are opened anew. */
  void closeEngines() {
    engines.close();
  }

  void askToForget(WeakReference<PreparedFunction> function) {
    evicted.add(function);
  }

  /** Whether it has been asked to forget something; any thread. */
  boolean hasToForget() {
    return !evicted.isEmpty();
  }

  boolean hasToTidy() {
    return hasToForget() || engines.hasReturned();
  }

  /** Whether tasks wait for it; else it serves those that wait for others, or only short ones. */
  public boolean hasQueue() {
    return queue != null;
  }

  @Nullable ReadyQueue queue() {
    return queue;
  }

  boolean isIdle() {
    return idle;
  }

  /** When its last task ended, or it began; for its own thread. */
  long servedNanos() {
    return servedNanos;
  }

  void idle(boolean now) {
    idle = now;
  }

  /** Wakes its thread if that waits for tasks; false if it does not. Any thread. */
  boolean wakeIfIdle() {
    if (!idle || stoodBack) {
      return false;
    }
    idle = false;
    LockSupport.unpark(thread);
    return true;
  }

  /**
   * Whether a task that prefers it should wait for it: nothing is known to keep its thread for
   * long, and neither has it been at its task, nor has the other waited, for longer than that is
   * worth. Any thread.
   */
  boolean isFreeSoonFor(EngineTask task) {
    long nanos = task.homeNanos();
    if (nanos == 0 || task.preferredEngine() != index || stoodBack || isRefused()) {
      return false;
    }
    long now = System.nanoTime();
    return now - task.readyNanos < nanos && !(busy && (atLongTask || isBusyFor(nanos, now)));
  }

  /** It has left a task to another engine, which may not be free so soon after all. */
  void looksAgainSoon() {
    looksAgain = true;
  }

  /** Whether it has left a task since this was asked last. */
  boolean hasToLookAgain() {
    boolean looks = looksAgain;
    looksAgain = false;
    return looks;
  }

  boolean isBusy() {
    return busy;
  }

  /** Whether it has been at one task since before {@code nanos} ago. */
  private boolean isBusyFor(long nanos, long nowNanos) {
    return busy && nowNanos - busySinceNanos > nanos;
  }

  /** Whether it will look for a task at once; any thread. */
  boolean isOnItsWay() {
    return !idle && !busy && !stoodBack && !isRefused();
  }

  /**
   * How long from now it has been at one task for {@code nanos} if that does not end before; 0 if
   * it has been, or the task is known to take so long.
   */
  long nanosUntilBusyFor(long nanos, long nowNanos) {
    if (!busy) {
      return nanos;
    }
    return atLongTask && nanos <= FunctionCode.LONG_NANOS
        ? 0
        : Math.max(0, nanos - (nowNanos - busySinceNanos));
  }

  @Nullable Thread thread() {
    return thread;
  }
}
