package dev.pappus.server.http;

import dev.pappus.model.Limit;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.zip.CRC32;

/** What the transport is tested with; each path shows one thing. */
final class TestRoutes implements Routes {
  /** Exchanges of {@code /park}, which somebody else answers, and of {@code /slow}. */
  final BlockingQueue<Exchange> parked = new LinkedBlockingQueue<>();

  /** What handlers of {@code /slow} wait for. */
  final Semaphore goOn = new Semaphore(0);

  /** Counted down when a client of {@code /park} or {@code /slow} hangs up. */
  final CountDownLatch hungUp = new CountDownLatch(1);

  /** Counted down when the body of {@code /stream} breaks off. */
  final CountDownLatch brokenOff = new CountDownLatch(1);

  @Override
  public Routed route(RequestHead head) {
    return Routed.free(endpoint(head));
  }

  private Endpoint endpoint(RequestHead head) {
    return switch (head.path()) {
      case "/echo" ->
          new Endpoint.Immediate(
              Limit.REQUEST_BODY,
              exchange ->
                  exchange.respond(
                      new Response(200, List.of(), List.of(exchange.body().segment()))));
      case "/blocking" ->
          new Endpoint.Blocking(
              Limit.REQUEST_BODY,
              (_, body) ->
                  Response.text(200, Thread.currentThread().isVirtual() + " " + body.length()));
      case "/slow" ->
          new Endpoint.Immediate(
              Limit.REQUEST_BODY,
              exchange -> {
                exchange.onHangUp(hungUp::countDown);
                parked.add(exchange);
                exchange.answer(() -> {
                  goOn.acquireUninterruptibly();
                  return Response.text(200, "done");
                });
              });
      case "/park" ->
          new Endpoint.Immediate(
              Limit.REQUEST_BODY,
              exchange -> {
                exchange.onHangUp(hungUp::countDown);
                parked.add(exchange);
              });
      case "/stream" -> new Endpoint.Streaming(Limit.REGISTRATION_BODY, (_, body) -> sum(body));
      case "/stream-refuse" ->
          new Endpoint.Streaming(
              Limit.REGISTRATION_BODY,
              (_, body) -> {
                body.read();
                throw problem(ProblemCode.BAD_BSON);
              });
      case "/large" ->
          new Endpoint.Immediate(
              Limit.REQUEST_BODY,
              exchange -> exchange.respond(Response.of(200, "application/octet-stream", large())));
      case "/bug" ->
          new Endpoint.Immediate(
              Limit.REQUEST_BODY,
              _ -> {
                throw new IllegalStateException("deliberate");
              });
      default -> throw problem(ProblemCode.UNKNOWN_PATH);
    };
  }

  private Response sum(java.io.InputStream body) throws IOException {
    CRC32 crc = new CRC32();
    byte[] buffer = new byte[8192];
    long bytes = 0;
    try {
      for (int some = body.read(buffer); some >= 0; some = body.read(buffer)) {
        crc.update(buffer, 0, some);
        bytes += some;
      }
    } catch (IOException e) {
      brokenOff.countDown();
      throw e;
    }
    return Response.text(200, String.format(Locale.ROOT, "%d %08x", bytes, crc.getValue()));
  }

  static byte[] large() {
    byte[] bytes = new byte[9_000_001];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * 31 + (i >> 8));
    }
    return bytes;
  }

  static ProblemException problem(ProblemCode code) {
    return new ProblemException(Problem.of(code, "for the test"));
  }

  /** A stand-in for the real problem bodies: the code. */
  static Response answer(Problem problem) {
    int status =
        switch (problem.code()) {
          case PAYLOAD_TOO_LARGE -> 413;
          case REQUEST_TIMEOUT -> 408;
          case UNKNOWN_PATH -> 404;
          case OVERLOADED -> 503;
          case INTERNAL -> 500;
          default -> 400;
        };
    return new Response(
        status,
        List.of(new Response.Header("content-type", "text/plain")),
        List.of(
            MemorySegment.ofArray(
                (problem.code().text() + ": " + problem.detail())
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8))));
  }
}
