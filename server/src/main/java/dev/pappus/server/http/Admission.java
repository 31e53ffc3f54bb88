package dev.pappus.server.http;

import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.BiConsumer;

/**
 * Decides from the head of a request which endpoint takes it, and where its body goes. The event
 * loop alone uses it.
 */
final class Admission {
  private final Listener listener;
  private final BiConsumer<ActiveExchange, Boolean> pause;

  /**
   * For the connections of {@code listener}.
   *
   * @param pause told, on any thread, whether no more of a request's body is wanted for now
   */
  Admission(Listener listener, BiConsumer<ActiveExchange, Boolean> pause) {
    this.listener = listener;
    this.pause = pause;
  }

  /**
   * Gives {@code exchange} its endpoint and the sink of its body.
   *
   * @throws Refusal or ProblemException if it is not taken
   */
  void admit(HttpRequest request, ActiveExchange exchange) {
    long declared = HttpUtil.getContentLength(request, -1L);
    boolean chunked = HttpUtil.isTransferEncodingChunked(request);
    exchange.announced(chunked ? Long.MAX_VALUE : Math.max(0, declared));
    if (chunked) {
      requireNoOtherCoding(request);
    }
    Routed routed = listener.routes().route(exchange.head());
    exchange.chargeTo(routed.usage());
    Endpoint endpoint = routed.endpoint();
    if (declared > listener.limits().get(endpoint.bodyLimit())) {
      throw BufferedBody.tooLarge(listener.limits(), endpoint.bodyLimit(), declared);
    }
    exchange.goesTo(endpoint, sinkFor(exchange, endpoint, declared));
  }

  /** A body that is compressed for the transfer would be taken for the body itself. */
  private static void requireNoOtherCoding(HttpRequest request) {
    String coding = request.headers().get(HttpHeaderNames.TRANSFER_ENCODING);
    if (!"chunked".equalsIgnoreCase(coding.trim())) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.BAD_REQUEST,
                  "the node does not undo the transfer coding '%s'",
                  Names.printable(coding))
              .withHint("send transfer-encoding: chunked, or a content-length"));
    }
  }

  private BodySink sinkFor(ActiveExchange exchange, Endpoint endpoint, long declared) {
    return switch (endpoint) {
      case Endpoint.Immediate _, Endpoint.Blocking _ ->
          new BufferedBody(listener.limits(), endpoint.bodyLimit(), listener.budget(), declared);
      case Endpoint.Streaming streaming -> {
        BodyStream stream =
            new BodyStream(
                listener.limits(), endpoint.bodyLimit(), paused -> pause.accept(exchange, paused));
        exchange.offload(() -> serveStream(exchange, streaming, stream));
        yield stream;
      }
    };
  }

  private void serveStream(
      ActiveExchange exchange, Endpoint.Streaming streaming, BodyStream stream) {
    try {
      exchange.respond(streaming.handler().handle(exchange.head(), stream));
    } catch (IOException e) {
      if (!stream.aborted()) {
        throw new UncheckedIOException(e);
      } // else nobody is left to be told
    }
  }
}
