package dev.pappus.communication;

import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes that all answers of one call may have together; taken as they arrive, also from what
 * the calls under way may have together.
 */
final class OutputBudget implements AutoCloseable {
  private final Limits limits;
  private final Arrivals arrivals;
  private final AtomicLong taken = new AtomicLong();
  private volatile boolean exceeded;

  OutputBudget(Limits limits, Arrivals arrivals) {
    this.limits = limits;
    this.arrivals = arrivals;
  }

  /** Bytes of answers that have arrived for calls under way, and the most there may be of them. */
  static final class Arrivals {
    private final long capacityBytes;
    private final AtomicLong heldBytes = new AtomicLong();

    Arrivals(long capacityBytes) {
      this.capacityBytes = capacityBytes;
    }

    long heldBytes() {
      return heldBytes.get();
    }

    /** Whether there is room for {@code bytes} more of a call that has {@code own} now. */
    private boolean take(long bytes, long own) {
      long all = heldBytes.addAndGet(bytes);
      return all <= capacityBytes || all <= own;
    }
  }

  /**
   * Takes {@code bytes}, or gives them back if negative.
   *
   * @throws ProblemException with {@link ProblemCode#HTTP_RESPONSE_LIMIT} when there are no more,
   *     or {@link ProblemCode#OVERLOADED} when other calls have them
   */
  void take(long bytes) {
    long total = taken.addAndGet(bytes);
    boolean room = arrivals.take(bytes, total);
    if (bytes > 0 && total > limits.get(Limit.OUTPUT_BYTES)) {
      exceeded = true;
      throw new ProblemException(
          limits
              .exceeded(
                  ProblemCode.HTTP_RESPONSE_LIMIT,
                  Limit.OUTPUT_BYTES,
                  "answers to one call of HTTP",
                  total)
              .withHint(
                  "ask for less at once, or raise limits.output_bytes in the node's configuration"));
    }
    if (bytes > 0 && !room) {
      exceeded = true;
      throw new ProblemException(
          Problem.of(
                  ProblemCode.OVERLOADED,
                  "answers to the HTTP requests under way fill the node's %d MiB for them",
                  arrivals.capacityBytes >> 20)
              .withHint("try again a little later, or give the node a larger heap"));
    }
  }

  /** Ends the call: its answers are the caller's now, or nobody's. */
  @Override
  public void close() {
    arrivals.heldBytes.addAndGet(-taken.getAndSet(0));
  }

  /** Whether the call has asked for too much and has to fail, whatever its items say. */
  boolean exceeded() {
    return exceeded;
  }
}
