package dev.pappus.server.http;

/** Finds what serves a request. */
@FunctionalInterface
public interface Routes {
  /**
   * Where a request goes; called on an event loop, so it must not block.
   *
   * @throws dev.pappus.model.ProblemException UNKNOWN_PATH, METHOD_NOT_ALLOWED, or a refusal that
   *     does not need the body
   * @throws Refusal the same, with its answer
   */
  Routed route(RequestHead head);
}
