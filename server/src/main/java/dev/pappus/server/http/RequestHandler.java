package dev.pappus.server.http;

import dev.pappus.model.Problem;
import dev.pappus.model.ProblemException;
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
  private final Listener listener;
  private final ClientWatch watch;
  private final boolean http2;
  private final Admission admission;
  private final SentAhead pending = new SentAhead();
  private final ReadGate gate = new ReadGate(pending);
  private boolean takingPending;
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
    if (!(message instanceof HttpObject part) || gate.isDeaf()) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (current != null && current.hasRequestEnded()) {
      pending.add(part);
      gate.update(ctx.channel());
    } else {
      take(part);
    }
  }

  private void take(HttpObject part) {
    try {
      if (part.decoderResult().isFailure()) {
        refuse(listener.connectionProblems().unreadable(part.decoderResult().cause()));
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

  /** Answers a request of which not all came, whatever there is of it; the last answer here. */
  private void refuse(Problem problem) {
    ActiveExchange exchange = current;
    if (exchange == null) {
      exchange = open(new RequestHead(listener.unreadable()), false);
    } else if (exchange.responseStarted) {
      Outcome.ignore(context().close());
      return;
    }
    exchange.closeAfter = true;
    exchange.fail(problem);
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
    gate.pauseBody(paused);
    if (!exchange.hasRequestEnded()) {
      if (paused) {
        watch.serving();
      } else {
        watch.receiving();
      }
    }
    gate.update(context().channel());
  }

  private void content(ActiveExchange exchange, HttpContent content) {
    exchange.received(content.content());
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
    exchange.serve();
  }

  /** Writes the answer; on the event loop. */
  void write(ActiveExchange exchange, Response response) {
    if (exchange != current || exchange.responseStarted) {
      return;
    }
    exchange.responseStarted = true;
    if (!exchange.hasRequestEnded()) {
      exchange.abortBody();
    }
    boolean close =
        exchange.closeAfter
            || !exchange.keepAlive
            || listener.stopping()
            || !exchange.isDrainable();
    exchange.closeAfter = close;
    gate.pauseBody(false);
    watch.answering();
    Response affordable = exchange.afford(response);
    Outcome.ignore(
        ResponseWriter.write(context(), watch, exchange.head(), affordable, close && !http2)
            .addListener(written -> written(exchange, written.isSuccess())));
    gate.update(context().channel());
  }

  /** Begins an answer that comes bit by bit; on the event loop. */
  void write(ActiveExchange exchange, Response head, AnswerStream stream) {
    if (exchange != current || exchange.responseStarted) {
      stream.close();
      return;
    }
    try {
      exchange.affordStream();
    } catch (ProblemException e) {
      stream.close();
      write(exchange, listener.problems().apply(e.problem()));
      return;
    }
    exchange.responseStarted = true;
    exchange.closeAfter = true;
    stream.start(
        context(), watch, head, !http2, exchange::streamed, success -> written(exchange, success));
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
    if (!exchange.hasRequestEnded()) {
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
    exchange.over();
    listener.exchangeClosed();
  }

  private void takePending() {
    if (takingPending) {
      return; // an answer that was written at once: the loop below goes on
    }
    takingPending = true;
    while ((current == null || !current.hasRequestEnded()) && !pending.isEmpty()) {
      HttpObject part = pending.remove();
      if (current == null) {
        watch.receiving();
      }
      take(part);
    }
    takingPending = false;
    gate.update(context().channel());
  }

  /**
   * Closes so that a client in the middle of sending still reads its answer: a plain close would
   * reset the connection and throw the answer away.
   */
  private void linger() {
    gate.deafen();
    gate.update(context().channel());
    ResponseWriter.lingeringClose(context());
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    ActiveExchange exchange = current;
    if (exchange != null) {
      exchange.hungUp();
      exchange.abortBody();
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
    switch (expired) {
      case SILENT, REQUEST_TOO_LONG ->
          refuse(listener.connectionProblems().tooSlow(expired == ClientWatch.Expired.SILENT));
      case NOTHING_SENT, NOT_READING -> Outcome.ignore(context().close());
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!(cause instanceof IOException)) {
      listener.connectionFailed(cause);
    }
    Outcome.ignore(ctx.close());
  }
}
