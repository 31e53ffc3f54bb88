package dev.pappus.server.http;

/** Somebody's account that a request is on until it ends. */
@FunctionalInterface
public interface Usage {
  /** So many bytes of an answer that comes bit by bit are sent now. Called on an event loop. */
  default void streamed(long answerBytes) {}

  /**
   * The request has ended, answered or not. Called once, on an event loop.
   *
   * @param requestBytes bytes of its body that arrived
   * @param answerBytes bytes of its answer's body that were not {@link #streamed}
   */
  void ended(long requestBytes, long answerBytes);
}
