package dev.pappus.server.http;

import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;

/**
 * What a pipelining client sends before it has the answer that comes first. It owns what it holds;
 * the event loop alone uses it.
 */
final class SentAhead {
  private static final int BYTES_MAX = 64 << 10;
  private static final int MESSAGES_MAX = 64;

  private final ArrayDeque<HttpObject> parts = new ArrayDeque<>();
  private int bytes;

  void add(HttpObject part) {
    parts.add(part);
    bytes += sizeOf(part);
  }

  /** The oldest, which is the caller's from now on. */
  HttpObject remove() {
    HttpObject part = parts.remove();
    bytes -= sizeOf(part);
    return part;
  }

  private static int sizeOf(HttpObject part) {
    return part instanceof HttpContent content ? content.content().readableBytes() : 0;
  }

  boolean isEmpty() {
    return parts.isEmpty();
  }

  /** Whether the client has to be held back. */
  boolean isFull() {
    return bytes > BYTES_MAX || parts.size() > MESSAGES_MAX;
  }

  /** Lets go of everything. */
  void release() {
    while (!parts.isEmpty()) {
      ReferenceCountUtil.release(remove());
    }
  }
}
