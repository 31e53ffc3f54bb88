package dev.pappus.bench.trace;

import dev.pappus.bench.NodeControl;
import dev.pappus.bench.NodeMemory;
import dev.pappus.bench.model.MemoryTimeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks at a node's memory ten times a second from a thread of its own, and once a second at how
 * much of it belongs to sandboxes at rest.
 */
final class MemorySampler implements AutoCloseable {
  private static final int RESTING_EVERY = 10;
  private static final String RESTING = "pappus_resident_bytes";

  /**
   * A look.
   *
   * @param nanos since the start
   * @param nodeBytes the node itself: heap, code, kernel memory
   * @param idleBytes what sandboxes keep at rest, by the node's own books
   * @param runningBytes what functions that run have added
   */
  record Sample(long nanos, long nodeBytes, long idleBytes, long runningBytes) {
    long bytes() {
      return nodeBytes + idleBytes + runningBytes;
    }

    long sandboxBytes() {
      return idleBytes + runningBytes;
    }
  }

  private final NodeMemory memory;
  private final NodeControl control;
  private final Thread thread;
  private final List<Sample> samples = new ArrayList<>(); // guarded by itself
  private volatile boolean closed;
  private long resting;

  /** Begins at {@code startNanos} of {@link System#nanoTime}. */
  MemorySampler(NodeMemory memory, NodeControl control, long startNanos) {
    this.memory = memory;
    this.control = control;
    this.thread = Thread.ofPlatform().daemon(true).name("memory").start(() -> sample(startNanos));
  }

  private void sample(long startNanos) {
    try {
      for (long look = 0; !closed; look++) {
        long due = startNanos + look * MemoryTimeline.STEP_NANOS;
        for (long left = due - System.nanoTime();
            left > 0 && !closed;
            left = due - System.nanoTime()) {
          LockSupport.parkNanos(left);
        }
        if (look % RESTING_EVERY == 0) {
          resting = (long) control.metric(RESTING).orElse(0);
        }
        NodeMemory.Committed now = memory.read();
        long idle = Math.min(resting, now.sandboxBytes());
        Sample sample =
            new Sample(
                System.nanoTime() - startNanos,
                now.bytes() - now.sandboxBytes(),
                idle,
                now.sandboxBytes() - idle);
        synchronized (samples) {
          samples.add(sample);
        }
      }
    } catch (IOException e) {
      if (!closed) {
        throw new UncheckedIOException("the node's memory cannot be read", e);
      }
    }
  }

  /** All so far. */
  List<Sample> samples() {
    synchronized (samples) {
      return List.copyOf(samples);
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    try {
      var _ = thread.join(java.time.Duration.ofNanos(TimeUnit.SECONDS.toNanos(5)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
