package dev.pappus.server;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.management.NotificationEmitter;

/**
 * A process for {@link HeapGrowthTest}: makes large garbage, says how many MiB its heap had at
 * most, and ends when it has become small again.
 */
final class HeapGrowthMain {
  private static final int BLOCK_BYTES = 4 << 20;
  private static final int SMALL_BYTES = 64 << 20;

  private HeapGrowthMain() {}

  /** How many blocks are made, and how many of them are alive at a time. */
  public static void main(String[] arguments) throws InterruptedException {
    Semaphore collections = collections();
    HeapGrowth.restrain(TimeUnit.SECONDS.toNanos(1));
    System.out.println(mostBytes(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1])));
    while (Runtime.getRuntime().totalMemory() > SMALL_BYTES) {
      collections.acquire();
    }
  }

  /** Gets a permit after each collection, which alone makes a heap smaller. */
  private static Semaphore collections() {
    Semaphore collections = new Semaphore(0);
    for (GarbageCollectorMXBean each : ManagementFactory.getGarbageCollectorMXBeans()) {
      ((NotificationEmitter) each)
          .addNotificationListener((_, _) -> collections.release(), null, null);
    }
    return collections;
  }

  private static long mostBytes(int blocks, int aliveAtOnce) {
    byte[][] alive = new byte[aliveAtOnce][];
    long mostBytes = 0;
    for (int i = 0; i < blocks; i++) {
      alive[i % alive.length] = new byte[BLOCK_BYTES];
      mostBytes = Math.max(mostBytes, Runtime.getRuntime().totalMemory());
    }
    for (byte[] each : alive) {
      if (each == null || each.length != BLOCK_BYTES) {
        throw new IllegalStateException("a block that is alive was lost");
      }
    }
    return mostBytes >> 20;
  }
}
