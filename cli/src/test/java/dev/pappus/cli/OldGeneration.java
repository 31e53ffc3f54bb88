package dev.pappus.cli;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;

/** That of this JVM's heap. */
final class OldGeneration {
  private OldGeneration() {}

  /** Has it grow as a JVM does by itself. */
  static void letGrow() {
    pool().setUsageThreshold(0);
  }

  /** Whether somebody is told before it grows. */
  static boolean isWatched() {
    return pool().getUsageThreshold() > 0;
  }

  private static MemoryPoolMXBean pool() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getName().equals("Tenured Gen"))
        .findFirst()
        .orElseThrow();
  }
}
