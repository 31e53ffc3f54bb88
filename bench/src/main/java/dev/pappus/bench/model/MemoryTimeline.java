package dev.pappus.bench.model;

import java.util.Arrays;

/**
 * Bytes over time, looked at ten times a second, as a gauge on a real node is. Sums up what comes
 * and goes. Belongs to one thread.
 */
public final class MemoryTimeline {
  /** Time between two looks. */
  public static final long STEP_NANOS = 100_000_000L;

  private final long[] changes;

  /** Looks from 0 until {@code nanos}, both included where they fall on a step. */
  public MemoryTimeline(long nanos) {
    changes = new long[Math.toIntExact(nanos / STEP_NANOS) + 2];
  }

  /** Something of {@code bytes} is there from one time until just before another. */
  public void add(long fromNanos, long untilNanos, long bytes) {
    int from = lookAfter(fromNanos);
    int until = lookAfter(untilNanos);
    if (from < until) {
      changes[from] += bytes;
      changes[until] -= bytes;
    }
  }

  private int lookAfter(long nanos) {
    long look = Math.ceilDiv(Math.max(0, nanos), STEP_NANOS);
    return (int) Math.min(look, changes.length - 1);
  }

  /** What each look has seen. */
  public long[] bytes() {
    long[] seen = Arrays.copyOf(changes, changes.length - 1);
    Arrays.parallelPrefix(seen, Long::sum);
    return seen;
  }

  /** Their mean. */
  public double meanBytes() {
    return Arrays.stream(bytes()).average().orElse(0);
  }

  /** The most that a look has seen. */
  public long peakBytes() {
    return Arrays.stream(bytes()).max().orElse(0);
  }
}
