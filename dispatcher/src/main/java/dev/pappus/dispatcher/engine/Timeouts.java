package dev.pappus.dispatcher.engine;

import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does short actions when their time has come, on a thread of its own. Made for timeouts, nearly
 * all of which are cancelled long before: neither adding nor cancelling one wakes that thread,
 * unless it would sleep too long. (A {@code ScheduledThreadPoolExecutor} is woken by each task that
 * comes when nothing else is scheduled, which is a switch of threads for each invocation of a node
 * with little to do.) Any thread may use it.
 */
public final class Timeouts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Timeouts.class);
  private static final long SLEEP_NANOS_MAX = TimeUnit.HOURS.toNanos(1);

  private final ConcurrentSkipListSet<Timeout> pending =
      new ConcurrentSkipListSet<>(Timeouts::inTime);
  private final AtomicLong numbers = new AtomicLong();

  /** Times are counted from here, so that comparing them is no matter of overflow. */
  private final long originNanos = System.nanoTime();

  private final Thread thread;

  /** When the thread looks again; what comes later need not wake it. */
  private volatile long wakeNanos;

  private volatile boolean closed;

  /** Without {@code Comparator}, which each start of a node would have to wait for. */
  private static int inTime(Timeout a, Timeout b) {
    int order = Long.compare(a.dueNanos, b.dueNanos);
    return order == 0 ? Long.compare(a.number, b.number) : order;
  }

  /** Starts the thread. */
  public Timeouts() {
    thread = Thread.ofPlatform().name("timeouts").daemon().start(this::work);
  }

  /** An action to come. */
  public final class Timeout {
    private final long dueNanos;
    private final long number;
    private final Runnable action;

    private Timeout(long dueNanos, Runnable action) {
      this.dueNanos = dueNanos;
      this.number = numbers.getAndIncrement();
      this.action = action;
    }

    /** Forgets the action; if it is being done just now, it is done. */
    public void cancel() {
      pending.remove(this);
    }
  }

  /** Does {@code action} in {@code nanos}; never, if this is closed before. */
  public Timeout after(long nanos, Runnable action) {
    Timeout timeout = new Timeout(nowNanos() + Math.clamp(nanos, 0, Long.MAX_VALUE / 2), action);
    pending.add(timeout);
    // Added before this look, and the thread says when it wakes before it looks at what is added:
    // one of both sees the other.
    if (timeout.dueNanos < wakeNanos) {
      LockSupport.unpark(thread);
    }
    return timeout;
  }

  /** Number of actions to come; takes time in proportion to it. */
  public int pending() {
    return pending.size();
  }

  private long nowNanos() {
    return System.nanoTime() - originNanos;
  }

  private void work() {
    while (!closed) {
      wakeNanos = Long.MIN_VALUE; // awake: it looks again before it sleeps
      long now = nowNanos();
      Timeout first = first();
      if (first != null && first.dueNanos <= now) {
        if (pending.remove(first)) {
          run(first);
        }
        continue;
      }
      long wake = now + SLEEP_NANOS_MAX;
      wakeNanos = first == null ? wake : Math.min(wake, first.dueNanos);
      Timeout firstNow = first();
      if (firstNow == null || firstNow.dueNanos >= wakeNanos) {
        LockSupport.parkNanos(this, wakeNanos - now);
      }
    }
  }

  private @Nullable Timeout first() {
    var all = pending.iterator();
    return all.hasNext() ? all.next() : null;
  }

  private static void run(Timeout timeout) {
    try {
      timeout.action.run();
    } catch (RuntimeException | Error e) {
      LOG.error("a timeout's action failed", e);
    }
  }

  /** Ends the thread; what is pending is never done. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    pending.clear();
  }
}
