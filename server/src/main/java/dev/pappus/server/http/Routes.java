package dev.pappus.server.http;

/** Finds what serves a request. */
@FunctionalInterface
public interface Routes {
  /**
   * The endpoint for a request; called on an event loop, so it must not block.
   *
   * @throws dev.pappus.model.ProblemException UNKNOWN_PATH, METHOD_NOT_ALLOWED, or a refusal that
   *     does not need the body
   */
  Endpoint route(RequestHead head);
}
