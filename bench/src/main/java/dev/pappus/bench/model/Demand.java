package dev.pappus.bench.model;

/**
 * One call as any platform meets it.
 *
 * @param function number of the function, from 0
 * @param dueNanos when it comes, since the start
 * @param busyNanos processor time that it needs
 * @param waitNanos time that it waits for others, outside of its own code
 * @param memoryBytes what it writes to while it is busy
 */
public record Demand(
    int function, long dueNanos, long busyNanos, long waitNanos, long memoryBytes) {
  /** How long it takes where nothing stands in its way. */
  public long serviceNanos() {
    return busyNanos + waitNanos;
  }
}
