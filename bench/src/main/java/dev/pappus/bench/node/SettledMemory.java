package dev.pappus.bench.node;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What is read of memory when it has not changed for a while, or does not stop to change.
 *
 * @param bytes the last that was read
 * @param spreadBytes how far the last looks lie apart
 */
record SettledMemory(long bytes, long spreadBytes) {
  /** Looks that are alike, and how much that is. */
  private static final int LOOKS = 10;

  private static final long ALIKE_BYTES = 256 << 10;
  private static final int LOOKS_MAX = 200;

  /** Between two looks. */
  static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** Reads how much memory something has now. */
  @FunctionalInterface
  interface Look {
    long bytes() throws IOException;
  }

  /** Waits for it, but not for ever. */
  static SettledMemory await(Look look, long lookNanos) throws IOException {
    Deque<Long> looks = new ArrayDeque<>();
    long spread = Long.MAX_VALUE;
    for (int i = 0; i < LOOKS_MAX && spread > ALIKE_BYTES; i++) {
      if (i > 0) {
        LockSupport.parkNanos(lookNanos);
      }
      looks.addLast(look.bytes());
      if (looks.size() > LOOKS) {
        looks.removeFirst();
        long least = looks.stream().mapToLong(Long::longValue).min().orElse(0);
        long most = looks.stream().mapToLong(Long::longValue).max().orElse(0);
        spread = most - least;
      }
    }
    return new SettledMemory(looks.getLast(), spread);
  }

  /** Whether it has stopped to change. */
  boolean settled() {
    return spreadBytes <= ALIKE_BYTES;
  }
}
