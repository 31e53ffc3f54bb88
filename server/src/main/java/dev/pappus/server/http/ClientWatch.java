package dev.pappus.server.http;

import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Notices clients that are too slow. First in the pipeline, so that it sees bytes before any of
 * them makes a request; fires a {@link Expired} event towards the request handler. One timer per
 * channel, armed lazily, so that a fast request costs none.
 */
final class ClientWatch extends ChannelInboundHandlerAdapter {
  /** What a client took too long for. */
  enum Expired {
    /** It never began a request. */
    NOTHING_SENT,
    /** It fell silent within a request. */
    SILENT,
    /** Its request took too long as a whole. */
    REQUEST_TOO_LONG,
    /** It does not read its answer. */
    NOT_READING
  }

  private enum Phase {
    AWAITING,
    RECEIVING,
    SERVING,
    ANSWERING
  }

  private final long idleNanos;
  private final long requestNanos;
  private Phase phase = Phase.AWAITING;
  private long phaseStartNanos = System.nanoTime();
  private long lastProgressNanos = phaseStartNanos;
  private long armedForNanos;
  private @Nullable ScheduledFuture<?> timer;
  private @Nullable ChannelHandlerContext context;

  ClientWatch(Limits limits) {
    this.idleNanos = limits.get(Limit.CLIENT_IDLE);
    this.requestNanos = limits.get(Limit.CLIENT_REQUEST);
  }

  /** The last answer has been written, the next request may come. */
  void awaiting() {
    enter(Phase.AWAITING);
    arm();
  }

  /** The request is here, or the server itself does not read on: the client owes nothing. */
  void serving() {
    enter(Phase.SERVING);
  }

  /** The server reads the rest of a request. */
  void receiving() {
    enter(Phase.RECEIVING);
    arm();
  }

  /** The answer is being written. */
  void answering() {
    enter(Phase.ANSWERING);
    arm();
  }

  /** A piece of the answer has left. */
  void progress() {
    lastProgressNanos = System.nanoTime();
  }

  private void enter(Phase next) {
    phase = next;
    phaseStartNanos = System.nanoTime();
    lastProgressNanos = phaseStartNanos;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    if (ctx.channel().isActive()) {
      arm();
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    arm();
    ctx.fireChannelActive();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    disarm();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    disarm();
    context = null;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (phase == Phase.AWAITING) {
      enter(Phase.RECEIVING);
    } else {
      progress();
    }
    ctx.fireChannelRead(message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.fireChannelReadComplete();
    if (phase == Phase.RECEIVING) {
      arm();
    }
  }

  private long deadlineNanos() {
    return switch (phase) {
      case AWAITING -> phaseStartNanos + requestNanos;
      case RECEIVING -> {
        long idle = lastProgressNanos + idleNanos;
        long whole = phaseStartNanos + requestNanos;
        yield idle - whole < 0 ? idle : whole;
      }
      case SERVING -> Long.MAX_VALUE;
      case ANSWERING -> lastProgressNanos + idleNanos;
    };
  }

  private void arm() {
    if (phase == Phase.SERVING || context == null || !context.channel().isOpen()) {
      return;
    }
    long deadline = deadlineNanos();
    if (timer != null && armedForNanos - deadline <= 0) {
      return; // fires earlier and looks again then
    }
    disarm();
    armedForNanos = deadline;
    long delay = Math.max(1, deadline - System.nanoTime());
    timer = context.executor().schedule(this::expire, delay, TimeUnit.NANOSECONDS);
  }

  private void disarm() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  private void expire() {
    timer = null;
    if (phase == Phase.SERVING || context == null) {
      return;
    }
    if (deadlineNanos() - System.nanoTime() > 0) {
      arm();
      return;
    }
    boolean silent = lastProgressNanos + idleNanos - System.nanoTime() <= 0;
    Expired expired =
        switch (phase) {
          case AWAITING, SERVING -> Expired.NOTHING_SENT;
          case RECEIVING -> silent ? Expired.SILENT : Expired.REQUEST_TOO_LONG;
          case ANSWERING -> Expired.NOT_READING;
        };
    context.fireUserEventTriggered(expired);
  }
}
