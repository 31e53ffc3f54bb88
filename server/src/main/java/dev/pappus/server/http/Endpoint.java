package dev.pappus.server.http;

import dev.pappus.model.Limit;
import java.io.IOException;
import java.io.InputStream;

/** What takes a request, chosen from its head alone, before any of its body is read. */
public sealed interface Endpoint {
  /** The limit on the body's size. */
  Limit bodyLimit();

  /**
   * Takes whole requests on the event loop; the handler must not block and answers through the
   * exchange, now or later.
   *
   * @param bodyLimit the limit on the body's size
   * @param handler serves
   */
  record Immediate(Limit bodyLimit, ImmediateHandler handler) implements Endpoint {}

  /**
   * Takes whole requests on a virtual thread.
   *
   * @param bodyLimit the limit on the body's size
   * @param handler serves
   */
  record Blocking(Limit bodyLimit, BlockingHandler handler) implements Endpoint {}

  /**
   * Takes requests on a virtual thread as soon as their head has arrived, for bodies too large to
   * be kept.
   *
   * @param bodyLimit the limit on the body's size
   * @param handler serves
   */
  record Streaming(Limit bodyLimit, StreamingHandler handler) implements Endpoint {}

  /** Serves a whole request without blocking. */
  @FunctionalInterface
  interface ImmediateHandler {
    /**
     * Starts to serve; the answer goes to {@link Exchange#respond} or {@link Exchange#fail}.
     *
     * @throws dev.pappus.model.ProblemException in place of {@link Exchange#fail}
     */
    void handle(Exchange exchange);
  }

  /** Serves a whole request. */
  @FunctionalInterface
  interface BlockingHandler {
    /**
     * Serves.
     *
     * @throws dev.pappus.model.ProblemException in place of an answer
     */
    Response handle(RequestHead head, Body body);
  }

  /** Serves a request while its body arrives. */
  @FunctionalInterface
  interface StreamingHandler {
    /**
     * Serves.
     *
     * @throws dev.pappus.model.ProblemException in place of an answer
     * @throws IOException from the body, if the client goes away
     */
    Response handle(RequestHead head, InputStream body) throws IOException;
  }
}
