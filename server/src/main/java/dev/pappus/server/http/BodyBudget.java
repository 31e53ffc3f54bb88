package dev.pappus.server.http;

import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Bounds the bytes of all request bodies that a node holds at once, and those of the large answers
 * that its clients have not read yet, each to the same capacity. Any thread may use it.
 */
public final class BodyBudget {
  private final long capacityBytes;
  private final AtomicLong usedBytes = new AtomicLong();
  private final AtomicLong answerBytes = new AtomicLong();

  /** A budget of {@code capacityBytes}. */
  public BodyBudget(long capacityBytes) {
    this.capacityBytes = capacityBytes;
  }

  /**
   * Takes {@code bytes}.
   *
   * @throws ProblemException OVERLOADED if so much is not left
   */
  void take(long bytes) {
    if (usedBytes.addAndGet(bytes) > capacityBytes) {
      usedBytes.addAndGet(-bytes);
      throw new ProblemException(
          Problem.of(
                  ProblemCode.OVERLOADED,
                  "the requests under way fill the node's %d MiB for bodies",
                  capacityBytes >> 20)
              .withHint("try again later, with fewer large requests at once"));
    }
  }

  /** Gives {@code bytes} back. */
  void give(long bytes) {
    usedBytes.addAndGet(-bytes);
  }

  /** Bytes that are taken now. */
  public long usedBytes() {
    return usedBytes.get();
  }

  /**
   * Takes {@code bytes} for an answer that waits for its client. One that is larger than all there
   * is may wait alone.
   *
   * @throws ProblemException OVERLOADED if so much is not left
   */
  void takeAnswer(long bytes) {
    long all = answerBytes.addAndGet(bytes);
    if (all > capacityBytes && all > bytes) {
      answerBytes.addAndGet(-bytes);
      throw new ProblemException(
          Problem.of(
                  ProblemCode.OVERLOADED,
                  "answers that clients have not read yet fill the node's %d MiB for them",
                  capacityBytes >> 20)
              .withHint("read answers faster, or try again later with fewer large ones at once"));
    }
  }

  /**
   * Makes an answer that may take so much memory before it is one.
   *
   * @param bytes the most that it may take
   * @throws ProblemException OVERLOADED if so much is not left
   */
  public Response making(long bytes, Supplier<Response> answer) {
    takeAnswer(bytes);
    try {
      return answer.get();
    } finally {
      giveAnswer(bytes);
    }
  }

  /** Gives {@code bytes} of an answer back. */
  void giveAnswer(long bytes) {
    answerBytes.addAndGet(-bytes);
  }

  /** Bytes of answers that wait for their clients now. */
  long answerBytes() {
    return answerBytes.get();
  }
}
