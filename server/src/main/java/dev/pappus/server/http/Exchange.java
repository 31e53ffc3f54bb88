package dev.pappus.server.http;

import dev.pappus.model.Problem;
import java.util.function.Supplier;

/** One request and its answer. Any thread may use it. */
public interface Exchange {
  /** The request without its body. */
  RequestHead head();

  /** When it came. */
  Arrival arrival();

  /** The request's body, complete. */
  Body body();

  /** Answers; only the first answer counts. */
  void respond(Response response);

  /**
   * Answers with what is going to be offered to the stream; its body is sent in chunks. The
   * connection ends with it.
   *
   * @param head status and header fields; its body is not sent
   */
  AnswerStream stream(Response head);

  /** Answers with a problem. */
  void fail(Problem problem);

  /**
   * Runs {@code action} once if the client goes away before it has its answer; at once if it has
   * gone already.
   */
  void onHangUp(Runnable action);

  /** Runs {@code task} on the event loop; a problem that it throws becomes the answer. */
  void execute(Runnable task);

  /** Runs {@code task} on a virtual thread; a problem that it throws becomes the answer. */
  void offload(Runnable task);

  /**
   * Answers with what {@code answer} makes on a virtual thread, or with the problem that it throws.
   * Until it has, the request's body stays on the node's books, also where the client goes away.
   */
  void answer(Supplier<Response> answer);
}
