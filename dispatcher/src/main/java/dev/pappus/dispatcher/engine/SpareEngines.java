package dev.pappus.dispatcher.engine;

import dev.pappus.sandbox.Backends;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Spare engines of a pool, bounded in number. They serve the queues while work waits and every
 * engine is held: at one task for longer than a quantum, or at one that is known to take so long.
 * One whose own run gets as long stands back and ends with it. Any thread may use it.
 */
final class SpareEngines {
  /** Runs that outlive it make room for a spare engine (DESIGN section 3). */
  static final long QUANTUM_NANOS = 10_000_000L;

  /**
   * And how long those may take for which others wait that run long, too: to run them side by side
   * takes a fifth of what the processors do, and makes none of them end sooner.
   */
  private static final long PATIENT_QUANTUM_NANOS = 100_000_000L;

  /** How long a spare engine without work stays open. */
  private static final long LINGER_NANOS = 2_000_000_000L;

  private static final int SPARES_PER_ENGINE = 4;

  private final EnginePool pool;
  private final Backends backends;
  private final List<EngineWorker> engines;
  private final ReadyTasks ready;
  private final EngineThreads threads;
  private final Timeouts timeouts;

  /** Those that are open; its monitor decides between waking one and letting it end. */
  private final List<EngineWorker> open = new CopyOnWriteArrayList<>();

  private final AtomicBoolean checkDue = new AtomicBoolean();
  private final AtomicBoolean startDue = new AtomicBoolean();

  /**
   * None so far.
   *
   * @param engines the pool's own
   * @param ready what waits for them
   * @param threads where those of spare engines are kept
   */
  SpareEngines(
      EnginePool pool,
      Backends backends,
      List<EngineWorker> engines,
      ReadyTasks ready,
      EngineThreads threads,
      Timeouts timeouts) {
    this.pool = pool;
    this.backends = backends;
    this.engines = engines;
    this.ready = ready;
    this.threads = threads;
    this.timeouts = timeouts;
  }

  /** Those that are open; a view. */
  List<EngineWorker> open() {
    return Collections.unmodifiableList(open);
  }

  /**
   * Whether every engine that works is held.
   *
   * @param self the spare engine that asks, which does not count; null if none does
   */
  boolean isNeeded(@Nullable EngineWorker self) {
    return nanosUntilNeeded(self) == 0;
  }

  /** How long from now every engine that works is held if none ends what it is at before. */
  private long nanosUntilNeeded(@Nullable EngineWorker self) {
    long now = System.nanoTime();
    long quantum = ready.arePatient() ? PATIENT_QUANTUM_NANOS : QUANTUM_NANOS;
    long nanos = 0;
    for (EngineWorker each : engines) {
      if (!each.isRefused()) {
        nanos = Math.max(nanos, each.nanosUntilBusyFor(quantum, now));
      }
    }
    for (EngineWorker each : open) {
      if (each != self && each.isBusy()) {
        nanos = Math.max(nanos, each.nanosUntilBusyFor(quantum, now));
      }
    }
    return nanos;
  }

  /** Work waits and no engine is idle: has a spare engine serve it, once one is needed. */
  void help() {
    long nanos = nanosUntilNeeded(null);
    if (nanos == 0) {
      standBack();
      boolean comes = open.stream().anyMatch(EngineWorker::isOnItsWay) || wakeIdle();
      if (!comes && !isFull() && startDue.compareAndSet(false, true)) {
        // To start a thread takes time that the calling one may not have.
        var _ = timeouts.after(0, this::startIfNeeded);
      }
    }
    // Whoever comes may find that the host gives no sandbox, or take a long task: looked at again.
    armCheck(nanos == 0 ? QUANTUM_NANOS : Math.min(nanos, QUANTUM_NANOS));
  }

  private void standBack() {
    open.forEach(spare -> spare.standBackIfBusyFor(QUANTUM_NANOS));
  }

  private void armCheck(long nanos) {
    if (!checkDue.get() && checkDue.compareAndSet(false, true)) {
      var _ = timeouts.after(nanos, this::check);
    }
  }

  private void check() {
    checkDue.set(false);
    if (ready.waiting() > 0) {
      standBack();
      startIfNeeded();
    }
  }

  private void startIfNeeded() {
    startDue.set(false);
    if (ready.waiting() == 0 || pool.isClosed()) {
      return;
    }
    armCheck(QUANTUM_NANOS);
    if (!pool.wakeAnyIdle() && isNeeded(null) && !wakeIdle() && !isFull()) {
      start(new EngineWorker(pool, backends, freeIndex(), null, null));
    }
  }

  private boolean isFull() {
    return open.size() >= SPARES_PER_ENGINE * engines.size();
  }

  private boolean wakeIdle() {
    synchronized (open) {
      for (EngineWorker each : open) {
        if (each.wakeIfIdle()) {
          return true;
        }
      }
      return false;
    }
  }

  private void start(EngineWorker spare) {
    open.add(spare);
    boolean started = false;
    try {
      threads.start(spare, "engine-spare-" + spare.index());
      started = true;
    } finally {
      if (!started) {
        open.remove(spare);
      }
    }
  }

  private int freeIndex() {
    int index = engines.size();
    while (isTaken(index)) {
      index++;
    }
    return index;
  }

  private boolean isTaken(int index) {
    return open.stream().anyMatch(spare -> spare.index() == index);
  }

  /**
   * Until there is something for it to do, or it has served nothing for long: neither does what it
   * only tidies keep it open, nor what woke it and is a thing of the past.
   */
  private void park(EngineWorker spare) {
    long end = spare.servedNanos() + LINGER_NANOS;
    long left = end - System.nanoTime();
    do {
      LockSupport.parkNanos(pool, Math.max(0, left));
      left = end - System.nanoTime();
    } while (left > 0 && spare.isIdle() && !pool.isClosed() && !spare.hasToTidy());
  }

  /**
   * Waits to be woken, on the thread of {@code spare}; false when nobody did for long, and the
   * spare engine is off the books.
   */
  boolean linger(EngineWorker spare) {
    boolean ends = spare.hasStoodBack(); // nobody wakes it any more
    if (!ends) {
      park(spare);
    }
    if ((!ends && !spare.isIdle()) || pool.isClosed() || spare.hasToTidy()) {
      return true;
    }
    // Before it is off the books: nobody waits for it then, and the driver may be closed.
    spare.closeEngines();
    synchronized (open) {
      if (!ends && !spare.isIdle()) {
        return true;
      }
      open.remove(spare);
      threads.leave();
      return false;
    }
  }
}
