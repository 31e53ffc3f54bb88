package dev.pappus.server.http;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** One cleartext HTTP/2 connection with prior knowledge. */
public final class Http2Client implements AutoCloseable {
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Channel connection;

  /** An answer. */
  @SuppressWarnings("ArrayRecordComponent") // compared field by field
  public record Answer(int status, String contentType, byte[] body) {
    /** The body as text. */
    public String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  /** A request under way. */
  public record Call(Http2StreamChannel stream, CompletableFuture<Answer> answer) {}

  /** A connection of its own. */
  public Http2Client(InetSocketAddress address) {
    connection =
        new Bootstrap()
            .group(group)
            .channel(NioSocketChannel.class)
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(Http2FrameCodecBuilder.forClient().build())
                        .addLast(new Http2MultiplexHandler(new ChannelInboundHandlerAdapter()));
                  }
                })
            .connect(address)
            .syncUninterruptibly()
            .channel();
  }

  /** Sends a request with its whole body, or with {@code end} false only a part of it. */
  public Call send(String method, String path, byte[] body, boolean end) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    Http2StreamChannel stream =
        new Http2StreamChannelBootstrap(connection)
            .handler(new AnswerCollector(answer))
            .open()
            .syncUninterruptibly()
            .getNow();
    var headers =
        new DefaultHttp2Headers().method(method).path(path).scheme("http").authority("localhost");
    Outcome.ignore(stream.write(new DefaultHttp2HeadersFrame(headers, end && body.length == 0)));
    if (body.length > 0) {
      Outcome.ignore(stream.write(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(body), end)));
    }
    stream.flush();
    return new Call(stream, answer);
  }

  /** One exchange. */
  public Answer call(String method, String path, byte[] body) {
    return send(method, path, body, true)
        .answer()
        .orTimeout(20, java.util.concurrent.TimeUnit.SECONDS)
        .join();
  }

  private static final class AnswerCollector extends ChannelInboundHandlerAdapter {
    private final CompletableFuture<Answer> answer;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private int status;
    private String contentType = "";

    AnswerCollector(CompletableFuture<Answer> answer) {
      this.answer = answer;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws IOException {
      boolean end = false;
      switch (message) {
        case Http2HeadersFrame frame -> {
          status = Integer.parseInt(frame.headers().status().toString());
          contentType = String.valueOf(frame.headers().get("content-type"));
          end = frame.isEndStream();
        }
        case Http2DataFrame frame -> {
          frame.content().readBytes(body, frame.content().readableBytes());
          end = frame.isEndStream();
        }
        default -> {}
      }
      ReferenceCountUtil.release(message);
      if (end) {
        answer.complete(new Answer(status, contentType, body.toByteArray()));
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof Http2ResetFrame reset) {
        answer.completeExceptionally(new IOException("stream reset: " + reset.errorCode()));
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      answer.completeExceptionally(new IOException("the stream ended without an answer"));
    }
  }

  @Override
  public void close() {
    connection.close().syncUninterruptibly();
    group.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS).syncUninterruptibly();
  }
}
