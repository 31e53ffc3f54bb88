package dev.pappus.dispatcher.engine;

import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.ComputeDriver;
import dev.pappus.sandbox.ComputeEngine;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.ThreadPriority;
import java.lang.ref.WeakReference;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One engine and its thread. The thread survives whatever a task does: an exception that should not
 * be fails that task, and the engine is closed and opened anew.
 */
public final class EngineWorker implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(EngineWorker.class);

  /** How long the host is left in peace after it refused an engine. */
  static final long REOPEN_PAUSE_NANOS = 500_000_000L;

  private final EnginePool pool;
  private final ComputeDriver driver;
  private final int index;
  private final @Nullable ReadyQueue queue;

  /** What other threads ask this one to forget; weak, so that asking holds no memory. */
  private final ConcurrentLinkedQueue<WeakReference<PreparedFunction>> evicted =
      new ConcurrentLinkedQueue<>();

  private volatile boolean idle;
  private volatile long busySinceNanos;
  private volatile boolean busy;
  private volatile int kernelThread;
  private volatile boolean stoodBack;
  private volatile @Nullable Thread thread;

  private @Nullable ComputeEngine engine;
  private volatile @Nullable Problem refusal;
  private long refusedNanos;

  EngineWorker(EnginePool pool, ComputeDriver driver, int index, @Nullable ReadyQueue queue) {
    this.pool = pool;
    this.driver = driver;
    this.index = index;
    this.queue = queue;
  }

  /** Number of this engine on the node. */
  public int index() {
    return index;
  }

  /** The engine; for the thread of this worker, during {@link EngineTask#run}. */
  public ComputeEngine engine() {
    ComputeEngine open = engine;
    if (open == null) {
      throw new IllegalStateException("engine " + index + " is not open");
    }
    return open;
  }

  @Override
  public void run() {
    thread = Thread.currentThread();
    kernelThread = ThreadPriority.currentThread();
    try {
      EngineTask task = next();
      while (task != null) {
        execute(task);
        task = next();
      }
    } finally {
      closeEngine();
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
        LockSupport.parkNanos(this, REOPEN_PAUSE_NANOS);
      }
    }
  }

  private void execute(EngineTask task) {
    busySinceNanos = System.nanoTime();
    busy = true;
    try {
      openIfDue();
      Problem refused = refusal;
      if (refused != null) {
        task.fail(refused);
        return;
      }
      task.run(this);
    } catch (Throwable e) {
      LOG.error("engine {} met an unexpected exception and is opened anew", index, e);
      pool.countInternalError();
      closeEngine();
      failQuietly(task, e);
    } finally {
      pool.served(System.nanoTime() - busySinceNanos);
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

  /** Opens the engine if it is not open and the host was not asked just now. */
  void openIfDue() {
    if (engine != null
        || (refusal != null && System.nanoTime() - refusedNanos < REOPEN_PAUSE_NANOS)) {
      return;
    }
    try {
      engine = driver.openEngine(index);
      refusal = null;
    } catch (ProblemException e) {
      refuse(e.problem());
    } catch (RuntimeException | Error e) {
      LOG.error("engine {} cannot be opened", index, e);
      refuse(
          Problem.of(ProblemCode.SANDBOX_UNAVAILABLE, "the sandbox backend failed: %s", e)
              .withHint("run 'pappus doctor' on the node"));
    }
  }

  private void refuse(Problem problem) {
    refusal = problem;
    refusedNanos = System.nanoTime();
  }

  private void closeEngine() {
    ComputeEngine open = engine;
    engine = null;
    if (open != null) {
      try {
        open.close();
      } catch (RuntimeException | Error e) {
        LOG.error("engine {} cannot be closed", index, e);
      }
    }
  }

  /** Whether the host refused the engine, so that tasks should go to others. */
  boolean isRefused() {
    return refusal != null;
  }

  /** Tells the engine that this thread may block now. */
  void rest() {
    ComputeEngine open = engine;
    if (open != null) {
      try {
        open.idle();
      } catch (RuntimeException | Error e) {
        LOG.error("engine {} cannot rest and is opened anew", index, e);
        pool.countInternalError();
        closeEngine();
      }
    }
  }

  /** Gives up sandboxes of functions that others asked to forget. */
  void forgetEvicted() {
    WeakReference<PreparedFunction> next = evicted.poll();
    while (next != null) {
      PreparedFunction function = next.get();
      ComputeEngine open = engine;
      if (function != null && open != null) {
        try {
          open.domain().forget(function);
        } catch (RuntimeException | Error e) {
          LOG.error("engine {} cannot forget a function and is opened anew", index, e);
          pool.countInternalError();
          closeEngine();
        }
      }
      next = evicted.poll();
    }
  }

  void askToForget(PreparedFunction function) {
    evicted.add(new WeakReference<>(function));
  }

  boolean hasToForget() {
    return !evicted.isEmpty();
  }

  @Nullable ReadyQueue queue() {
    return queue;
  }

  boolean isIdle() {
    return idle;
  }

  void idle(boolean now) {
    idle = now;
  }

  boolean isBusy() {
    return busy;
  }

  /** Whether it has been at one task since before {@code nanos} ago. */
  boolean isBusyFor(long nanos, long nowNanos) {
    return busy && nowNanos - busySinceNanos > nanos;
  }

  @Nullable Thread thread() {
    return thread;
  }
}
