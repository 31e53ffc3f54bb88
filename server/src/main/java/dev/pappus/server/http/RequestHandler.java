package dev.pappus.server.http;

import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The end of an HTTP/1.1 connection's or an HTTP/2 stream's pipeline: takes one request after the
 * other, so that answers leave in order. What a pipelining client sends meanwhile waits here, up to
 * a bound, beyond which the client is held back. The event loop alone uses it.
 */
final class RequestHandler extends ChannelInboundHandlerAdapter {
  /** A request that is refused early is read to its end if no more than this is left of it. */
  private static final int DRAIN_BYTES_MAX = 64 << 10;

  private final Listener listener;
  private final ClientWatch watch;
  private final boolean http2;
  private final Admission admission;
  private final SentAhead pending = new SentAhead();
  private boolean bodyPaused;
  private boolean takingPending;
  private boolean deaf;
  private @Nullable ActiveExchange current;
  private @Nullable ChannelHandlerContext context;

  RequestHandler(Listener listener, ClientWatch watch, boolean http2) {
    this.listener = listener;
    this.watch = watch;
    this.http2 = http2;
    this.admission =
        new Admission(listener, (exchange, paused) -> onLoop(() -> pauseBody(exchange, paused)));
  }

  Listener listener() {
    return listener;
  }

  private ChannelHandlerContext context() {
    return Objects.requireNonNull(context);
  }

  void onLoop(Runnable task) {
    if (context().executor().inEventLoop()) {
      task.run();
    } else {
      context().executor().execute(task);
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof HttpObject part) || deaf) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (current != null && current.requestEnded) {
      pending.add(part);
      updateReading();
    } else {
      take(part);
    }
  }

  private void updateReading() {
    boolean read = deaf || (!bodyPaused && !pending.isFull());
    if (context().channel().config().isAutoRead() != read) {
      context().channel().config().setAutoRead(read);
    }
  }

  private void take(HttpObject part) {
    try {
      if (part.decoderResult().isFailure()) {
        malformed(part.decoderResult().cause());
        return;
      }
      if (part instanceof HttpRequest request) {
        begin(request);
      }
      if (part instanceof HttpContent content && current != null) {
        content(current, content);
      }
    } finally {
      ReferenceCountUtil.release(part);
    }
  }

  private void malformed(@Nullable Throwable cause) {
    ActiveExchange exchange = current;
    if (exchange == null) {
      exchange = open(new RequestHead(listener.unreadable()), false);
    } else if (exchange.responseStarted) {
      Outcome.ignore(context().close());
      return;
    }
    exchange.closeAfter = true;
    String reason = cause == null || cause.getMessage() == null ? "unreadable" : cause.getMessage();
    exchange.fail(
        Problem.of(
                ProblemCode.BAD_REQUEST,
                "this is not an HTTP request the node can read: %s",
                dev.pappus.model.Names.printable(reason))
            .withHint(
                listener.secure()
                    ? "send HTTP/1.1 or HTTP/2"
                    : "send HTTP/1.1 or HTTP/2 (prior knowledge), without TLS"));
  }

  private ActiveExchange open(RequestHead head, boolean keepAlive) {
    ActiveExchange exchange = new ActiveExchange(this, head, keepAlive);
    current = exchange;
    listener.exchangeOpened();
    return exchange;
  }

  private void begin(HttpRequest request) {
    RequestHead head = new RequestHead(request);
    ActiveExchange exchange = open(head, HttpUtil.isKeepAlive(request));
    try {
      admission.admit(request, exchange);
      if (HttpUtil.is100ContinueExpected(request)) {
        Outcome.ignore(
            context()
                .writeAndFlush(
                    new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE)));
      }
    } catch (Refusal e) {
      exchange.closeAfter |= HttpUtil.is100ContinueExpected(request);
      exchange.respond(e.response());
    } catch (ProblemException e) {
      exchange.closeAfter |= HttpUtil.is100ContinueExpected(request);
      exchange.fail(e.problem());
    } catch (RuntimeException e) {
      exchange.fail(listener.internal(head, e));
    }
  }

  private void pauseBody(ActiveExchange exchange, boolean paused) {
    if (exchange != current || exchange.responseStarted) {
      return;
    }
    bodyPaused = paused;
    if (!exchange.requestEnded) {
      if (paused) {
        watch.serving();
      } else {
        watch.receiving();
      }
    }
    updateReading();
  }

  private void content(ActiveExchange exchange, HttpContent content) {
    ByteBuf piece = content.content();
    exchange.bytesToDrain -= piece.readableBytes();
    exchange.receivedBytes += piece.readableBytes();
    if (exchange.sink != null && !exchange.responseStarted) {
      try {
        exchange.sink.data(piece);
      } catch (ProblemException e) {
        exchange.sink.abort();
        exchange.closeAfter = true;
        exchange.fail(e.problem());
      }
    }
    if (content instanceof LastHttpContent) {
      requestEnded(exchange);
    }
  }

  private void requestEnded(ActiveExchange exchange) {
    exchange.requestEnded();
    if (exchange.responseStarted) {
      finishIfDone(exchange);
      return;
    }
    watch.serving();
    if (exchange.sink == null || exchange.endpoint == null) {
      return;
    }
    if (exchange.sink instanceof BufferedBody buffered) {
      exchange.body(buffered.body());
    }
    exchange.sink.end();
    switch (exchange.endpoint) {
      case Endpoint.Immediate immediate ->
          exchange.guarded(() -> immediate.handler().handle(exchange));
      case Endpoint.Blocking blocking ->
          exchange.answer(() -> blocking.handler().handle(exchange.head(), exchange.body()));
      case Endpoint.Streaming _ -> {
        // Its handler has been at work since the head came.
      }
    }
  }

  /** Writes the answer; on the event loop. */
  void write(ActiveExchange exchange, Response response) {
    if (exchange != current || exchange.responseStarted) {
      return;
    }
    exchange.responseStarted = true;
    if (!exchange.requestEnded && exchange.sink != null) {
      exchange.sink.abort();
    }
    boolean drainable = exchange.requestEnded || exchange.bytesToDrain <= DRAIN_BYTES_MAX;
    boolean close = exchange.closeAfter || !exchange.keepAlive || listener.stopping() || !drainable;
    exchange.closeAfter = close;
    bodyPaused = false;
    watch.answering();
    Response affordable = afford(exchange, response);
    exchange.sentBytes = affordable.bodyBytes();
    Outcome.ignore(
        ResponseWriter.write(context(), watch, exchange.head(), affordable, close && !http2)
            .addListener(written -> written(exchange, written.isSuccess())));
    updateReading();
  }

  /** Begins an answer that comes bit by bit; on the event loop. */
  void write(ActiveExchange exchange, Response head, AnswerStream stream) {
    if (exchange != current || exchange.responseStarted) {
      stream.close();
      return;
    }
    try { // as much as it may keep for a client that reads slowly
      listener.budget().takeAnswer(AnswerStream.QUEUE_BYTES_MAX);
    } catch (ProblemException e) {
      stream.close();
      write(exchange, listener.problems().apply(e.problem()));
      return;
    }
    exchange.answerBytes = AnswerStream.QUEUE_BYTES_MAX;
    exchange.responseStarted = true;
    exchange.closeAfter = true;
    stream.start(
        context(),
        watch,
        head,
        !http2,
        bytes -> streamed(exchange, bytes),
        success -> written(exchange, success));
  }

  private static void streamed(ActiveExchange exchange, long bytes) {
    if (exchange.usage != null) {
      exchange.usage.streamed(bytes);
    }
  }

  /** A client that reads slowly keeps its answer in memory; all of them together have a bound. */
  private Response afford(ActiveExchange exchange, Response response) {
    if (!ResponseWriter.isKept(exchange.head(), response)) {
      return response;
    }
    try {
      listener.budget().takeAnswer(response.bodyBytes());
      exchange.answerBytes = response.bodyBytes();
      return response;
    } catch (ProblemException e) {
      return listener.problems().apply(e.problem());
    }
  }

  private void written(ActiveExchange exchange, boolean success) {
    exchange.responseWritten = true;
    if (!success) {
      Outcome.ignore(context().close());
    }
    finishIfDone(exchange);
  }

  private void finishIfDone(ActiveExchange exchange) {
    if (exchange != current || !exchange.responseWritten) {
      return;
    }
    if (!exchange.requestEnded) {
      if (http2) {
        ResponseWriter.resetStream(context());
      } else if (exchange.closeAfter) {
        retire(exchange);
        linger();
      } else {
        watch.receiving(); // a small rest of a request that was refused
      }
      return;
    }
    retire(exchange);
    if (exchange.closeAfter && !http2) {
      Outcome.ignore(context().close());
      return;
    }
    watch.awaiting();
    takePending();
  }

  private void retire(ActiveExchange exchange) {
    current = null;
    exchange.leaveBody();
    listener.budget().giveAnswer(exchange.answerBytes);
    exchange.answerBytes = 0;
    if (exchange.usage != null) {
      exchange.usage.ended(exchange.receivedBytes, exchange.sentBytes);
      exchange.usage = null;
    }
    listener.exchangeClosed();
  }

  private void takePending() {
    if (takingPending) {
      return; // an answer that was written at once: the loop below goes on
    }
    takingPending = true;
    while ((current == null || !current.requestEnded) && !pending.isEmpty()) {
      HttpObject part = pending.remove();
      if (current == null) {
        watch.receiving();
      }
      take(part);
    }
    takingPending = false;
    updateReading();
  }

  /**
   * Closes so that a client in the middle of sending still reads its answer: a plain close would
   * reset the connection and throw the answer away.
   */
  private void linger() {
    deaf = true;
    updateReading();
    ResponseWriter.lingeringClose(context());
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    ActiveExchange exchange = current;
    if (exchange != null) {
      exchange.hungUp();
      if (exchange.sink != null) {
        exchange.sink.abort();
      }
      retire(exchange);
    }
    pending.release();
    ctx.fireChannelInactive();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ClientWatch.Expired expired) {
      expired(expired);
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  private void expired(ClientWatch.Expired expired) {
    ActiveExchange exchange = current;
    boolean answerable =
        expired == ClientWatch.Expired.SILENT || expired == ClientWatch.Expired.REQUEST_TOO_LONG;
    if (!answerable || (exchange != null && exchange.responseStarted)) {
      Outcome.ignore(context().close());
      return;
    }
    if (exchange == null) {
      exchange = open(new RequestHead(listener.unreadable()), false);
    }
    exchange.closeAfter = true;
    exchange.fail(listener.tooSlow(expired == ClientWatch.Expired.SILENT));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!(cause instanceof IOException)) {
      listener.connectionFailed(cause);
    }
    Outcome.ignore(ctx.close());
  }
}
