package dev.pappus.dispatcher;

import dev.pappus.model.DataSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory for the results of instances, shared by all invocations under way. They pass through the
 * heap, and no function may fill it. Any thread may use it.
 */
final class ResultBudget {
  private final long capacityBytes;
  private final AtomicLong heldBytes = new AtomicLong();

  ResultBudget(long capacityBytes) {
    this.capacityBytes = capacityBytes;
  }

  /** Half of the heap; request bodies and the node itself have the rest. */
  static ResultBudget ofHeap() {
    return new ResultBudget(Runtime.getRuntime().maxMemory() / 2);
  }

  long capacityBytes() {
    return capacityBytes;
  }

  /** Whether there was room for {@code bytes}, which are held from now on. */
  boolean take(long bytes) {
    if (heldBytes.addAndGet(bytes) > capacityBytes) {
      heldBytes.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  /** Gives back what was taken. */
  void give(long bytes) {
    heldBytes.addAndGet(-bytes);
  }

  /** Bytes held now. */
  long heldBytes() {
    return heldBytes.get();
  }

  /** Bytes of all {@code sets}. */
  static long bytesOf(List<DataSet> sets) {
    long sum = 0;
    for (DataSet set : sets) {
      sum += set.sizeBytes();
    }
    return sum;
  }
}
