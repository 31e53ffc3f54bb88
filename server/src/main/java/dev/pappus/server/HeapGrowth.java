package dev.pappus.server;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryNotificationInfo;
import java.lang.management.MemoryPoolMXBean;
import java.util.concurrent.TimeUnit;
import javax.management.NotificationEmitter;

/**
 * Collects the old generation before it grows. By itself the serial collector takes more memory
 * from the host as long as the heap may become larger, and looks for garbage in the old generation
 * only then: a node that passes on a few gigabytes of results would keep most of them. And each new
 * page costs a fault, which together take far longer than a collection. Threads may share it.
 */
final class HeapGrowth {
  /** What may come to the old generation before it is collected, if less was alive last time. */
  private static final long ROOM_BYTES = 48L << 20;

  /** So long after the last such collection, what has died since is collected, too. */
  private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final MemoryPoolMXBean oldGeneration;
  private long collectedNanos;
  private boolean settles;

  private HeapGrowth(MemoryPoolMXBean oldGeneration) {
    this.oldGeneration = oldGeneration;
  }

  /** From now on, if the JVM has that collector; others have rules of their own. */
  static void restrain() {
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      if (pool.getName().equals("Tenured Gen") && pool.isUsageThresholdSupported()) {
        new HeapGrowth(pool).begin();
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
    long usedBytes = oldGeneration.getUsage().getUsed();
    long maxBytes = oldGeneration.getUsage().getMax();
    long limitBytes = usedBytes + Math.max(ROOM_BYTES, usedBytes);
    oldGeneration.setUsageThreshold(maxBytes < 0 ? limitBytes : Math.min(limitBytes, maxBytes));
  }

  private synchronized void full() {
    collect();
    collectedNanos = System.nanoTime();
    if (!settles) {
      settles = true;
      var _ = Thread.ofVirtual().name("heap-growth").start(this::settle);
    }
  }

  private void collect() {
    System.gc();
    setLimit();
  }

  private void settle() {
    try {
      for (long left = SETTLE_NANOS; left > 0; left = leftNanos()) {
        TimeUnit.NANOSECONDS.sleep(left);
      }
    } catch (InterruptedException e) {
      // Nobody does that.
      Thread.currentThread().interrupt();
    }
  }

  /** Until it has settled, which happens here; 0 if it has. */
  private synchronized long leftNanos() {
    long left = collectedNanos + SETTLE_NANOS - System.nanoTime();
    if (left <= 0) {
      settles = false;
      collect();
    }
    return Math.max(0, left);
  }
}
