package dev.pappus.server.http;

import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A body that is read while it arrives: the event loop fills a queue of at most about {@link
 * #QUEUE_BYTES}, one virtual thread empties it, and the client is held back in between.
 */
final class BodyStream extends InputStream implements BodySink {
  private static final int QUEUE_BYTES = 256 << 10;

  private final Limits limits;
  private final Limit limit;
  private final Consumer<Boolean> paused;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<byte[]> queue = new ArrayDeque<>();
  private int queuedBytes;
  private boolean holdingBack;
  private boolean ended;
  private boolean aborted;

  private long receivedBytes;
  private byte[] current = Body.EMPTY.bytes();
  private int position;

  /**
   * A body.
   *
   * @param paused told from any thread when to stop (true) and to resume (false) reading
   */
  BodyStream(Limits limits, Limit limit, Consumer<Boolean> paused) {
    this.limits = limits;
    this.limit = limit;
    this.paused = paused;
  }

  @Override
  public void data(ByteBuf piece) {
    receivedBytes += piece.readableBytes();
    if (receivedBytes > limits.get(limit)) {
      throw BufferedBody.tooLarge(limits, limit, receivedBytes);
    }
    if (!piece.isReadable()) {
      return;
    }
    byte[] copy = new byte[piece.readableBytes()];
    piece.readBytes(copy);
    boolean pause = false;
    lock.lock();
    try {
      if (aborted) {
        return;
      }
      queue.add(copy);
      queuedBytes += copy.length;
      if (queuedBytes >= QUEUE_BYTES && !holdingBack) {
        holdingBack = true;
        pause = true;
      }
      changed.signal();
    } finally {
      lock.unlock();
    }
    if (pause) {
      paused.accept(true);
    }
  }

  @Override
  public void end() {
    lock.lock();
    try {
      ended = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void abort() {
    lock.lock();
    try {
      aborted = true;
      queue.clear();
      queuedBytes = 0;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void release() {
    abort();
  }

  /** Whether the rest will not come. */
  boolean aborted() {
    lock.lock();
    try {
      return aborted;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int read() throws IOException {
    return fill() ? current[position++] & 0xFF : -1;
  }

  @Override
  public int read(byte[] target, int offset, int count) throws IOException {
    java.util.Objects.checkFromIndexSize(offset, count, target.length);
    if (count == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int some = Math.min(count, current.length - position);
    System.arraycopy(current, position, target, offset, some);
    position += some;
    return some;
  }

  /** Makes at least one byte available in {@link #current}; false at the end. */
  private boolean fill() throws IOException {
    if (position < current.length) {
      return true;
    }
    byte @Nullable [] next;
    boolean resume = false;
    lock.lock();
    try {
      while (queue.isEmpty() && !ended && !aborted) {
        changed.awaitUninterruptibly();
      }
      if (aborted) {
        throw new IOException("the client went away in the middle of its request");
      }
      next = queue.poll();
      if (next != null) {
        queuedBytes -= next.length;
        if (holdingBack && queuedBytes < QUEUE_BYTES / 2) {
          holdingBack = false;
          resume = true;
        }
      }
    } finally {
      lock.unlock();
    }
    if (resume) {
      paused.accept(false);
    }
    if (next == null) {
      return false;
    }
    current = next;
    position = 0;
    return true;
  }
}
