package dev.pappus.sandbox.wasm;

import dev.pappus.sandbox.Deadline;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Interrupts the threads of engines whose run is past its deadline; generated code looks at that
 * with every loop and call. One thread looks at all runs every few milliseconds as long as there
 * are any, so that beginning a run costs two accesses to memory, and rests while there are none.
 */
final class DeadlineWatcher implements AutoCloseable {
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

  private final List<Watch> watches = new CopyOnWriteArrayList<>();
  private final Thread thread;
  private volatile boolean resting;
  private volatile boolean open = true;

  DeadlineWatcher() {
    thread = Thread.ofPlatform().daemon().name("wasm-deadlines").start(this::look);
  }

  /** For the runs of the calling thread. */
  Watch add() {
    Watch watch = new Watch(this);
    watches.add(watch);
    return watch;
  }

  private void look() {
    while (open) {
      if (lookAtAll()) {
        LockSupport.parkNanos(this, TICK_NANOS);
        continue;
      }
      // In this order: a run that begins after the look below finds the thread resting.
      resting = true;
      if (!lookAtAll() && open) {
        LockSupport.park(this);
      }
      resting = false;
    }
  }

  private boolean lookAtAll() {
    boolean any = false;
    for (Watch watch : watches) {
      any |= watch.look();
    }
    return any;
  }

  @Override
  public void close() {
    open = false;
    LockSupport.unpark(thread);
  }

  /**
   * The run of one engine, if there is one. The engine's thread begins and ends it; any may look.
   */
  static final class Watch implements AutoCloseable {
    private final DeadlineWatcher watcher;
    private final Thread owner = Thread.currentThread();
    private volatile @Nullable Deadline deadline;

    private Watch(DeadlineWatcher watcher) {
      this.watcher = watcher;
    }

    void begin(Deadline newDeadline) {
      deadline = newDeadline;
      if (watcher.resting) {
        LockSupport.unpark(watcher.thread);
      }
    }

    /** Interrupts the run if it is late; says whether there is one. */
    boolean look() {
      Deadline seen = deadline;
      if (seen == null) {
        return false;
      }
      if (seen.hasPassed(System.nanoTime())) {
        synchronized (this) {
          if (deadline == seen) {
            owner.interrupt();
          }
        }
      }
      return true;
    }

    /** Afterwards nothing interrupts the thread any more, and nothing that this did is left. */
    void end() {
      synchronized (this) {
        deadline = null;
      }
      Thread.interrupted();
    }

    @Override
    public void close() {
      watcher.watches.remove(this);
    }
  }
}
