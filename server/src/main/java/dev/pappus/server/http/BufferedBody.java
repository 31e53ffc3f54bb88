package dev.pappus.server.http;

import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Collects a body in one array. A declared length is believed only once {@link #TRUSTED_BYTES} have
 * really come, so that a header alone cannot claim memory; from then on the array has the declared
 * size and no byte is copied again.
 */
final class BufferedBody implements BodySink {
  static final int TRUSTED_BYTES = 1 << 20;
  private static final int ARRAY_MAX = Integer.MAX_VALUE - 64;

  private final Limits limits;
  private final Limit limit;
  private final BodyBudget budget;
  private final long declaredBytes;
  private byte[] bytes = Body.EMPTY.bytes();
  private int length;
  private long taken;

  /**
   * A body.
   *
   * @param declaredBytes its content length, or -1
   */
  BufferedBody(Limits limits, Limit limit, BodyBudget budget, long declaredBytes) {
    this.limits = limits;
    this.limit = limit;
    this.budget = budget;
    this.declaredBytes = declaredBytes;
  }

  static ProblemException tooLarge(Limits limits, Limit limit, long actual) {
    return new ProblemException(
        limits.exceeded(ProblemCode.PAYLOAD_TOO_LARGE, limit, "the request's body", actual));
  }

  @Override
  public void data(ByteBuf piece) {
    int more = piece.readableBytes();
    long needed = (long) length + more;
    if (needed > limits.get(limit) || needed > ARRAY_MAX) {
      throw tooLarge(limits, limit, needed);
    }
    if (needed > bytes.length) {
      grow(needed);
    }
    piece.readBytes(bytes, length, more);
    length += more;
  }

  private void grow(long needed) {
    long capacity;
    if (declaredBytes >= needed) {
      capacity = needed >= TRUSTED_BYTES ? declaredBytes : Math.min(declaredBytes, TRUSTED_BYTES);
    } else {
      capacity = Math.max(needed, Math.min(2L * bytes.length, limits.get(limit)));
    }
    capacity = Math.min(capacity, ARRAY_MAX);
    budget.take(capacity - taken);
    taken = capacity;
    bytes = Arrays.copyOf(bytes, (int) capacity);
  }

  /** What has been collected. */
  Body body() {
    return new Body(bytes, length);
  }

  @Override
  public void end() {}

  @Override
  public void abort() {}

  @Override
  public void release() {
    budget.give(taken);
    taken = 0;
    bytes = Body.EMPTY.bytes();
  }
}
