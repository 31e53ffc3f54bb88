package dev.pappus.server.http;

/** Somebody's account that a request is on until it ends. */
@FunctionalInterface
public interface Usage {
  /**
   * The request has ended, answered or not. Called once, on an event loop.
   *
   * @param requestBytes bytes of its body that arrived
   * @param answerBytes bytes of its answer's body
   */
  void ended(long requestBytes, long answerBytes);
}
