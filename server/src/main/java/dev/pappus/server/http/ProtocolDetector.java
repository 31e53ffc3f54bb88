package dev.pappus.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import java.util.List;
import java.util.function.Consumer;

/** Tells HTTP/2 with prior knowledge from HTTP/1.1 by the first bytes of a connection. */
final class ProtocolDetector extends ByteToMessageDecoder {
  private final Consumer<ChannelHandlerContext> http1;
  private final Consumer<ChannelHandlerContext> http2;

  ProtocolDetector(Consumer<ChannelHandlerContext> http1, Consumer<ChannelHandlerContext> http2) {
    this.http1 = http1;
    this.http2 = http2;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    ByteBuf preface = Http2CodecUtil.connectionPrefaceBuf();
    try {
      int known = Math.min(in.readableBytes(), preface.readableBytes());
      for (int i = 0; i < known; i++) {
        if (in.getByte(in.readerIndex() + i) != preface.getByte(i)) {
          http1.accept(ctx);
          ctx.pipeline().remove(this);
          return;
        }
      }
      if (known == preface.readableBytes()) {
        http2.accept(ctx);
        ctx.pipeline().remove(this);
      }
    } finally {
      preface.release();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ClientWatch.Expired) {
      Outcome.ignore(ctx.close()); // no protocol yet in which to say why
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Outcome.ignore(ctx.close());
  }
}
