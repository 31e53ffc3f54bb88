package dev.pappus.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import java.lang.foreign.MemorySegment;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.TimeUnit;

/** Puts answers on the wire. Called on event loops. */
final class ResponseWriter {
  /**
   * Bodies up to this size are copied next to their head; larger ones leave from where they are.
   */
  private static final int COPY_BYTES_MAX = 64 << 10;

  private static final long LINGER_MILLIS = 2000;

  private static volatile DatedSecond lastDate = new DatedSecond(-1, "");

  private record DatedSecond(long epochSecond, String text) {}

  private ResponseWriter() {}

  /** Writes and flushes {@code response}; the future completes when its last byte has left. */
  static ChannelFuture write(
      ChannelHandlerContext context,
      ClientWatch watch,
      RequestHead head,
      Response response,
      boolean close) {
    long bodyBytes = response.bodyBytes();
    if (!isKept(head, response)) {
      boolean headOnly = head.method().equals("HEAD");
      ByteBuf body = headOnly ? Unpooled.EMPTY_BUFFER : copy(context, response, (int) bodyBytes);
      var message =
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(response.status()), body);
      fill(message.headers(), response, bodyBytes, close);
      return context.writeAndFlush(message);
    }
    HttpResponse message =
        new DefaultHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(response.status()));
    fill(message.headers(), response, bodyBytes, close);
    Outcome.ignore(context.write(message));
    return new LargeBody(context, watch, response.body()).start();
  }

  /** Whether the bytes of {@code response} stay in memory until its client has read them. */
  static boolean isKept(RequestHead head, Response response) {
    return !head.method().equals("HEAD") && response.bodyBytes() > COPY_BYTES_MAX;
  }

  private static ByteBuf copy(ChannelHandlerContext context, Response response, int bytes) {
    if (bytes == 0) {
      return Unpooled.EMPTY_BUFFER;
    }
    ByteBuf copy = context.alloc().directBuffer(bytes, bytes);
    for (MemorySegment piece : response.body()) {
      copy.writeBytes(piece.asByteBuffer());
    }
    return copy;
  }

  private static void fill(HttpHeaders headers, Response response, long bodyBytes, boolean close) {
    for (Response.Header header : response.headers()) {
      headers.add(header.name(), header.value());
    }
    headers.set(HttpHeaderNames.CONTENT_LENGTH, Long.toString(bodyBytes));
    headers.set(HttpHeaderNames.DATE, date());
    if (close) {
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
  }

  private static String date() {
    long now = System.currentTimeMillis() / 1000;
    DatedSecond cached = lastDate;
    if (cached.epochSecond != now) {
      cached =
          new DatedSecond(
              now, DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)));
      lastDate = cached;
    }
    return cached.text;
  }

  /** Answers a connection that is one too many, and closes it. */
  static void refuse(Channel channel, Response response) {
    var message =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(response.status()),
            Unpooled.copiedBuffer(
                response.body().stream()
                    .map(MemorySegment::asByteBuffer)
                    .toArray(java.nio.ByteBuffer[]::new)));
    fill(message.headers(), response, response.bodyBytes(), true);
    channel
        .eventLoop()
        .execute(() ->
            Outcome.ignore(
                channel.writeAndFlush(message).addListener(ChannelFutureListener.CLOSE)));
  }

  /** Ends an HTTP/2 stream whose request was answered before its end. */
  static void resetStream(ChannelHandlerContext context) {
    Outcome.ignore(
        context
            .writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR))
            .addListener(ChannelFutureListener.CLOSE));
  }

  /** Sends the end of the stream, and closes when the client does, or soon after. */
  static void lingeringClose(ChannelHandlerContext context) {
    if (context.channel() instanceof DuplexChannel duplex) {
      Outcome.ignore(duplex.shutdownOutput());
      Outcome.ignore(
          context
              .executor()
              .schedule(
                  () -> Outcome.ignore(context.close()), LINGER_MILLIS, TimeUnit.MILLISECONDS));
    } else {
      Outcome.ignore(context.close());
    }
  }
}
