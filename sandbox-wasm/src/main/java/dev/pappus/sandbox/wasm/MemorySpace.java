package dev.pappus.sandbox.wasm;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What one run may still occupy: memory and files together stay within the function's context, and
 * the arrays behind them within what all runs of the node share. Belongs to one run; the node's
 * part is shared.
 */
final class MemorySpace {
  private final long contextBytes;
  private final NodeMemory node;
  private long usedBytes;
  private long reservedBytes;

  MemorySpace(long contextBytes, NodeMemory node) {
    this.contextBytes = contextBytes;
    this.node = node;
  }

  /** Whether the guest gets {@code bytes} more of its context; it does not if false comes back. */
  boolean take(long bytes) {
    if (bytes > contextBytes - usedBytes) {
      return false;
    }
    usedBytes += bytes;
    return true;
  }

  void giveBack(long bytes) {
    usedBytes -= bytes;
  }

  /** Bytes that {@link #take} would still give. */
  long available() {
    return contextBytes - usedBytes;
  }

  /**
   * A zeroed array, counted for the node until the run ends.
   *
   * @param replacedBytes size of the array that it replaces, which goes away
   * @throws NodeMemory.Exhausted if the node has no more
   */
  byte[] array(int bytes, int replacedBytes) {
    node.reserve(bytes);
    reservedBytes += bytes;
    byte[] array;
    try {
      array = new byte[bytes];
    } catch (OutOfMemoryError e) {
      throw new NodeMemory.Exhausted(bytes, e);
    }
    node.release(replacedBytes);
    reservedBytes -= replacedBytes;
    return array;
  }

  /** Whether all runs of the node together leave more than half of their memory free. */
  boolean isAmple() {
    return node.reservedBytes() < node.bytesMax / 2;
  }

  /** Gives an array back to the node before the run ends; nothing leads to it any more. */
  void drop(byte[] array) {
    node.release(array.length);
    reservedBytes -= array.length;
  }

  /**
   * Counts objects of the platform for the node until the run ends, or until they are dropped.
   *
   * @throws NodeMemory.Exhausted if the node has no more
   */
  void hold(int bytes) {
    node.reserve(bytes);
    reservedBytes += bytes;
  }

  /** Objects that {@link #hold} counted are unreachable. */
  void letGo(int bytes) {
    node.release(bytes);
    reservedBytes -= bytes;
  }

  /** The run is over and its arrays are unreachable. */
  void release() {
    node.release(reservedBytes);
    reservedBytes = 0;
  }

  /** What all runs of a node share: so many bytes of the Java heap. Any thread may use it. */
  static final class NodeMemory {
    private final long bytesMax;
    private final AtomicLong reserved = new AtomicLong();

    NodeMemory(long bytesMax) {
      this.bytesMax = bytesMax;
    }

    void reserve(long bytes) {
      // Not added first and taken back: others would be refused in between.
      long before = reserved.get();
      while (bytes <= bytesMax - before) {
        if (reserved.compareAndSet(before, before + bytes)) {
          return;
        }
        before = reserved.get();
      }
      throw new Exhausted(bytes, null);
    }

    void release(long bytes) {
      reserved.addAndGet(-bytes);
    }

    /** Bytes that runs hold now. */
    long reservedBytes() {
      return reserved.get();
    }

    /** The node, not the function, has no memory left. */
    static final class Exhausted extends RuntimeException {
      Exhausted(long bytes, @org.jspecify.annotations.Nullable Throwable cause) {
        super("no " + bytes + " bytes are left of the memory for WebAssembly", cause);
      }
    }
  }
}
