package dev.pappus.server.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The end of an HTTP/2 connection's own pipeline; its streams have theirs. */
final class Http2ConnectionHandler extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(Http2ConnectionHandler.class);

  private final ClientWatch watch;
  private int newestStream;

  Http2ConnectionHandler(ClientWatch watch) {
    this.watch = watch;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ReferenceCountUtil.release(message); // connection-level frames: the codec has acted on them
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ClientWatch.Expired) {
      Http2Connection connection = ctx.pipeline().get(Http2FrameCodec.class).connection();
      int newest = connection.remote().lastStreamCreated();
      // Streams are watched one by one; a client that makes some is not idle between two of them.
      if (connection.numActiveStreams() == 0 && newest == newestStream) {
        Outcome.ignore(ctx.close());
      } else {
        newestStream = newest;
        watch.awaiting();
      }
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!(cause instanceof IOException)) {
      LOG.debug("closed an HTTP/2 connection: {}", cause.toString());
    }
    Outcome.ignore(ctx.close());
  }
}
