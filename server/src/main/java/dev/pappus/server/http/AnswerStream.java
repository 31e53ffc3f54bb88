package dev.pappus.server.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * An answer that comes into being while it is sent. What its client has not read waits here, up to
 * a bound; a client that reads nothing for limits.client_idle is hung up on. Any thread may use it.
 */
public final class AnswerStream {
  static final int QUEUE_BYTES_MAX = 256 << 10;
  private static final int WRITE_BYTES_MAX = 64 << 10;

  // Guarded by this.
  private final Queue<byte[]> queue = new ArrayDeque<>();
  private int queuedBytes;
  private boolean ended;
  private boolean closed;
  private @Nullable Runnable onClosed;

  // The event loop's.
  private @Nullable ChannelHandlerContext context;
  private @Nullable ClientWatch watch;
  private LongConsumer sending = _ -> {};
  private Consumer<Boolean> done = _ -> {};
  private boolean writing;
  private boolean lastWritten;

  AnswerStream() {}

  /** Sends {@code piece} when its turn comes; false if there is no room for it, or no client. */
  public boolean offer(byte[] piece) {
    synchronized (this) {
      if (closed || ended || queuedBytes + piece.length > QUEUE_BYTES_MAX) {
        return false;
      }
      queue.add(piece);
      queuedBytes += piece.length;
    }
    wake();
    return true;
  }

  /**
   * Sends {@code piece} when its turn comes; waits while there is no room for it. For virtual
   * threads.
   *
   * @return false if the answer is over, or its client gone
   */
  public boolean put(byte[] piece) throws InterruptedException {
    synchronized (this) {
      while (!closed && !ended && queuedBytes > 0 && queuedBytes + piece.length > QUEUE_BYTES_MAX) {
        wait();
      }
      if (closed || ended) {
        return false;
      }
      queue.add(piece);
      queuedBytes += piece.length;
    }
    wake();
    return true;
  }

  /** Ends the answer after what has been offered. */
  public void end() {
    synchronized (this) {
      ended = true;
      notifyAll();
    }
    wake();
  }

  /** Runs {@code action} once when the answer is over, for whatever reason; at once if it is. */
  public void onClosed(Runnable action) {
    synchronized (this) {
      if (!closed) {
        onClosed = action;
        return;
      }
    }
    action.run();
  }

  private void wake() {
    ChannelHandlerContext known;
    synchronized (this) {
      known = context;
    }
    if (known != null) {
      known.executor().execute(this::writeNext);
    }
  }

  /**
   * Sends the head and whatever there is. On the event loop.
   *
   * @param onBytes told how many bytes are sent next
   * @param whenDone told whether all has been sent
   */
  void start(
      ChannelHandlerContext channel,
      ClientWatch clientWatch,
      Response head,
      boolean close,
      LongConsumer onBytes,
      Consumer<Boolean> whenDone) {
    watch = clientWatch;
    sending = onBytes;
    done = whenDone;
    HttpResponse message =
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(head.status()));
    head.headers().forEach(header -> message.headers().add(header.name(), header.value()));
    message.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    if (close) {
      message.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    Outcome.ignore(channel.writeAndFlush(message));
    synchronized (this) {
      context = channel;
    }
    clientWatch.serving();
    writeNext();
  }

  private void writeNext() {
    ChannelHandlerContext channel = context;
    ClientWatch clientWatch = watch;
    if (writing || lastWritten || channel == null || clientWatch == null) {
      return;
    }
    byte[] next = take();
    if (next == null) {
      clientWatch.serving(); // the client owes nothing
      return;
    }
    boolean last = next.length == 0;
    writing = true;
    lastWritten = last;
    clientWatch.answering();
    sending.accept(next.length);
    Outcome.ignore(
        channel
            .writeAndFlush(
                last
                    ? LastHttpContent.EMPTY_LAST_CONTENT
                    : new DefaultHttpContent(Unpooled.wrappedBuffer(next)))
            .addListener(left -> {
              writing = false;
              if (last || !left.isSuccess()) {
                close();
                done.accept(left.isSuccess());
              } else {
                writeNext();
              }
            }));
  }

  /** What is to be sent next; empty at the end, null if there is nothing yet. */
  private synchronized byte @Nullable [] take() {
    if (queue.isEmpty() && !ended) {
      return null;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    while (!queue.isEmpty() && bytes.size() < WRITE_BYTES_MAX) {
      bytes.writeBytes(queue.remove());
    }
    queuedBytes -= bytes.size();
    notifyAll();
    return bytes.toByteArray();
  }

  /** It is over. */
  void close() {
    Runnable action;
    synchronized (this) {
      closed = true;
      queue.clear();
      queuedBytes = 0;
      notifyAll();
      action = onClosed;
      onClosed = null;
    }
    if (action != null) {
      action.run();
    }
  }
}
