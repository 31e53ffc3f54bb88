package dev.pappus.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** One request as bytes, and what a good answer to it is. Immutable, any thread. */
public final class Request {
  private final ByteBuf wire;
  private final AnswerCheck check;
  private final int bodyBytes;
  private final boolean headOnly;

  Request(byte[] wire, int bodyBytes, boolean headOnly, AnswerCheck check) {
    this.wire = Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(wire.clone()));
    this.bodyBytes = bodyBytes;
    this.headOnly = headOnly;
    this.check = check;
  }

  /** Looks at the body of an answer with status 200. */
  @FunctionalInterface
  public interface AnswerCheck {
    /**
     * Whether this is what the request should give.
     *
     * @param body holds the body from its start; only valid during the call
     * @param length size of the body
     */
    boolean good(byte[] body, int length);
  }

  /** Its bytes for one transmission. */
  ByteBuf wire() {
    return wire.duplicate();
  }

  /** Size of its body. */
  public int bodyBytes() {
    return bodyBytes;
  }

  /** Whether it asks for an answer's head alone. */
  boolean headOnly() {
    return headOnly;
  }

  boolean good(byte[] body, int length) {
    return check.good(body, length);
  }
}
