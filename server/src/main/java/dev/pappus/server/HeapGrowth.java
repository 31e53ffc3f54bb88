package dev.pappus.server;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.pappus.dispatcher.engine.JvmPause;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryNotificationInfo;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.util.concurrent.TimeUnit;
import javax.management.NotificationEmitter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects the old generation before it grows. By itself the serial collector takes more memory
 * from the host as long as the heap may become larger, and looks for garbage in the old generation
 * only then: a node that passes on a few gigabytes of results would keep most of them. And each new
 * page costs a fault, which together take far longer than a collection. Threads may share it.
 */
public final class HeapGrowth {
  private static final Logger LOG = LoggerFactory.getLogger(HeapGrowth.class);

  /** What may come to the old generation before it is collected, if less was alive last time. */
  private static final long ROOM_BYTES_MIN = 48L << 20;

  /** Collections that take more than one in so much time get more room. */
  private static final long TIME_SHARE = 10;

  /** So long after the last such collection, what has died since is collected, too. */
  private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(20);

  /** Of the old generation, what may stay free while it fills up again and again. */
  private static final int FREE_PERCENT_FILLING = 90;

  /** The JVM's own choice. */
  private static final int FREE_PERCENT_SETTLED = 70;

  private final MemoryPoolMXBean oldGeneration;
  private final long settleNanos;
  private long roomBytes = ROOM_BYTES_MIN;
  private long collectedNanos = System.nanoTime();
  private boolean settles;

  private HeapGrowth(MemoryPoolMXBean oldGeneration, long settleNanos) {
    this.oldGeneration = oldGeneration;
    this.settleNanos = settleNanos;
  }

  /**
   * From now on, if the JVM has that collector; others have rules of their own. The first time
   * takes up to 100 ms, as the JVM's management is loaded.
   */
  public static void restrain() {
    restrain(SETTLE_NANOS);
  }

  /**
   * The same.
   *
   * @param settleNanos how long after a burst what it has left is collected
   */
  static void restrain(long settleNanos) {
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      if (pool.getName().equals("Tenured Gen")
          && pool.isUsageThresholdSupported()
          && pool.getUsageThreshold() == 0) { // nobody does so yet
        new HeapGrowth(pool, settleNanos).begin();
      }
    }
  }

  private void begin() {
    // The JVM looks at each allocation that is too large for a thread's own piece of the heap.
    ((NotificationEmitter) ManagementFactory.getMemoryMXBean())
        .addNotificationListener(
            (_, _) -> full(),
            notification ->
                notification.getType().equals(MemoryNotificationInfo.MEMORY_THRESHOLD_EXCEEDED),
            null);
    setLimit();
  }

  private void setLimit() {
    MemoryUsage usage = oldGeneration.getUsage();
    long limitBytes = usage.getUsed() + Math.max(roomBytes, usage.getUsed());
    oldGeneration.setUsageThreshold(
        usage.getMax() < 0 ? limitBytes : Math.min(limitBytes, usage.getMax()));
  }

  private synchronized void full() {
    long beganNanos = System.nanoTime();
    long sinceNanos = beganNanos - collectedNanos;
    collect(FREE_PERCENT_FILLING);
    collectedNanos = System.nanoTime();
    long share = sinceNanos / Math.max(1, collectedNanos - beganNanos);
    if (share < TIME_SHARE) {
      roomBytes = Math.min(2 * roomBytes, Runtime.getRuntime().maxMemory() / 4);
    } else if (share > 4 * TIME_SHARE) {
      roomBytes = Math.max(roomBytes / 2, ROOM_BYTES_MIN);
    }
    setLimit();
    if (!settles) {
      var _ = Thread.ofVirtual().name("heap-growth").start(this::settle);
      settles = true;
    }
  }

  /** While all other threads wait. */
  private static void collect(int freePercentMax) {
    try {
      ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
          .setVMOption("MaxHeapFreeRatio", Integer.toString(freePercentMax));
    } catch (IllegalArgumentException e) {
      LOG.debug("the JVM keeps what it was told to of its heap", e);
    }
    JvmPause.during(System::gc);
  }

  private void settle() {
    try {
      for (long left = settleNanos; left > 0; left = leftNanos()) {
        TimeUnit.NANOSECONDS.sleep(left);
      }
    } catch (InterruptedException e) {
      // Nobody does that.
      Thread.currentThread().interrupt();
    }
  }

  /** Until it has settled, which happens here; 0 if it has. */
  private synchronized long leftNanos() {
    long left = collectedNanos + settleNanos - System.nanoTime();
    if (left <= 0) {
      settles = false;
      roomBytes = ROOM_BYTES_MIN;
      collect(FREE_PERCENT_SETTLED);
      setLimit();
    }
    return Math.max(0, left);
  }
}
