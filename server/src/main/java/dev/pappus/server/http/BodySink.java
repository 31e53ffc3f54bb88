package dev.pappus.server.http;

import io.netty.buffer.ByteBuf;

/** Where the bytes of one request's body go. The channel's event loop alone uses it. */
interface BodySink {
  /**
   * Takes a piece, whose owner stays the caller.
   *
   * @throws dev.pappus.model.ProblemException PAYLOAD_TOO_LARGE or OVERLOADED
   */
  void data(ByteBuf piece);

  /** The body is complete. */
  void end();

  /** The rest will not come, or is no longer wanted. */
  void abort();

  /** Nobody needs the body any more: gives back what it held. Any thread, once it is complete. */
  void release();
}
