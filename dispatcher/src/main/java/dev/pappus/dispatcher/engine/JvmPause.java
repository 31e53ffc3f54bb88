package dev.pappus.dispatcher.engine;

/**
 * The moments in which a collection of the whole heap makes all threads stand still, which says
 * nothing about the functions that were running. There is one JVM, so there is one of these; any
 * thread may use it.
 */
public final class JvmPause {
  private static volatile boolean underWay;
  private static volatile long endedNanos = System.nanoTime();

  private JvmPause() {}

  /** Does what may make all threads stand still; one at a time. */
  public static synchronized void during(Runnable step) {
    underWay = true;
    try {
      step.run();
    } finally {
      endedNanos = System.nanoTime();
      underWay = false;
    }
  }

  /** Whether what has gone on since {@code nanos} may have stood still meanwhile. */
  static boolean since(long nanos) {
    return underWay || endedNanos - nanos > 0;
  }
}
