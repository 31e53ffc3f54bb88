package dev.pappus.dispatcher.engine;

/**
 * How long engines are at a task lately: the mean of the first ones, then a moving average. As many
 * tasks count as it takes that a slow one among them, a first run or one that the host has held up,
 * says little of those that wait. Any thread may use it.
 */
final class ServiceTime {
  private static final int TASKS = 128;

  private volatile long averageNanos;
  private volatile int tasks;

  /** An engine was at a task for {@code nanos}. Updates that meet may get lost, which is fine. */
  void add(long nanos) {
    int counted = Math.min(tasks + 1, TASKS);
    tasks = counted;
    long average = averageNanos;
    averageNanos = average + (nanos - average) / counted;
  }

  /** The average; 0 at first. */
  long nanos() {
    return averageNanos;
  }
}
