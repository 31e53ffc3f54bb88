package dev.pappus.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sends a large body from where it lies, a few pieces at a time: the transport copies what it is
 * given into memory of its own at once, so a slow client must not be given all. The event loop
 * alone uses it.
 */
final class LargeBody {
  private static final int PIECE_BYTES = 256 << 10;
  private static final int PIECES_UNDER_WAY = 2;

  private final ChannelHandlerContext context;
  private final ClientWatch watch;
  private final List<MemorySegment> body;
  private final ChannelPromise done;
  private int segment;
  private long offset;
  private boolean lastWritten;

  LargeBody(ChannelHandlerContext context, ClientWatch watch, List<MemorySegment> body) {
    this.context = context;
    this.watch = watch;
    this.body = body;
    this.done = context.newPromise();
  }

  /** Starts; the future completes when the last byte has left, or fails with the first piece. */
  ChannelFuture start() {
    for (int i = 0; i < PIECES_UNDER_WAY; i++) {
      writeNext();
    }
    return done;
  }

  private void writeNext() {
    if (lastWritten || done.isDone()) {
      return;
    }
    ByteBuf piece = next();
    if (piece == null) {
      lastWritten = true;
      Outcome.ignore(
          context
              .writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT)
              .addListener(end -> {
                if (end.isSuccess()) {
                  done.trySuccess();
                } else {
                  done.tryFailure(end.cause());
                }
              }));
      return;
    }
    Outcome.ignore(
        context
            .writeAndFlush(new DefaultHttpContent(piece))
            .addListener(left -> {
              if (left.isSuccess()) {
                watch.progress();
                writeNext();
              } else {
                done.tryFailure(left.cause());
              }
            }));
  }

  private @Nullable ByteBuf next() {
    while (segment < body.size() && offset == body.get(segment).byteSize()) {
      segment++;
      offset = 0;
    }
    if (segment == body.size()) {
      return null;
    }
    long size = Math.min(PIECE_BYTES, body.get(segment).byteSize() - offset);
    MemorySegment piece = body.get(segment).asSlice(offset, size);
    offset += size;
    return Unpooled.wrappedBuffer(piece.asByteBuffer());
  }
}
