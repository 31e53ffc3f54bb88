package dev.pappus.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One kept connection of a {@link LoadGenerator}: one request at a time. The event loop's. */
final class LoadConnection extends ChannelInboundHandlerAdapter {
  private static final String START = "x-pappus-start";
  private static final int BODY_BYTES_MAX = 256 << 20;

  /** What is kept for the next answer. */
  private static final int BODY_BYTES_KEPT = 64 << 10;

  private final LoadGenerator generator;
  private @Nullable Channel channel;
  private @Nullable LoadFlow flow;
  private @Nullable Request request;
  private long dueNanos;
  private int status;
  private boolean provisional;
  private boolean reusable;
  private @Nullable String start;
  private byte[] body = new byte[256];
  private int length;

  LoadConnection(LoadGenerator generator) {
    this.generator = generator;
  }

  /** Sends a request that is due at {@code atNanos}, now or as soon as there is a connection. */
  void send(LoadFlow of, Request what, long atNanos) {
    flow = of;
    request = what;
    dueNanos = atNanos;
    status = 0;
    length = 0;
    start = null;
    if (channel != null) {
      var _ = channel.writeAndFlush(what.wire(), channel.voidPromise());
    }
  }

  /** Whether the answer that is awaited has no body, whatever its head says of one. */
  boolean awaitsHeadOnly() {
    return request != null && request.headOnly();
  }

  /** The flow whose answer is awaited; null is none. */
  @Nullable LoadFlow flow() {
    return flow;
  }

  long dueNanos() {
    return dueNanos;
  }

  void close() {
    flow = null;
    request = null;
    if (channel != null) {
      var _ = channel.close();
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    channel = ctx.channel();
    if (request != null) {
      var _ = channel.writeAndFlush(request.wire(), channel.voidPromise());
    }
    generator.opened(this);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (message instanceof HttpResponse head && !head.decoderResult().isSuccess()) {
        var _ = ctx.close();
        return;
      }
      if (message instanceof HttpResponse head) {
        provisional = head.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        status = head.status().code();
        reusable = HttpUtil.isKeepAlive(head);
        start = head.headers().get(START);
      }
      if (message instanceof HttpContent content && !provisional) {
        take(ctx, content.content());
        if (message instanceof LastHttpContent) {
          answered();
        }
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void take(ChannelHandlerContext ctx, ByteBuf piece) {
    int bytes = piece.readableBytes();
    if (bytes > BODY_BYTES_MAX - length) {
      var _ = ctx.close();
      return;
    }
    if (length + bytes > body.length) {
      body = Arrays.copyOf(body, Math.max(length + bytes, 2 * body.length));
    }
    piece.readBytes(body, length, bytes);
    length += bytes;
  }

  private void answered() {
    LoadFlow answeredFlow = flow;
    Request answeredRequest = request;
    if (answeredFlow == null || answeredRequest == null) {
      return; // nobody asked: the end of a run came first
    }
    long now = System.nanoTime();
    boolean good = status != 200 || answeredRequest.good(body, length);
    int bodyBytes = length;
    if (body.length > BODY_BYTES_KEPT) {
      body = new byte[BODY_BYTES_KEPT];
    }
    flow = null;
    request = null;
    generator.answered(
        this, answeredFlow, new Answer(status, good, dueNanos, bodyBytes, start), now);
  }

  /**
   * What came.
   *
   * @param status of HTTP
   * @param good whether the result was right
   * @param dueNanos when its request was due
   * @param bodyBytes size of its body
   * @param start how warm the start was, if it said so
   */
  record Answer(int status, boolean good, long dueNanos, int bodyBytes, @Nullable String start) {}

  /** Whether another request may follow. */
  boolean reusable() {
    return reusable;
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    generator.gone(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    var _ = ctx.close();
  }
}
