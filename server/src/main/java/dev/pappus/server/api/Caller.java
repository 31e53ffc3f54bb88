package dev.pappus.server.api;

import dev.pappus.model.Namespace;
import dev.pappus.server.http.RequestHead;

/**
 * Who sends a request.
 *
 * @param namespace on whose behalf
 */
record Caller(Namespace namespace) {
  /** Names the namespace; absent is the default one. */
  static final String NAMESPACE_HEADER = "pappus-namespace";

  /** Whoever the request says it is. */
  static Caller of(RequestHead head) {
    String name = head.header(NAMESPACE_HEADER);
    return new Caller(name == null ? Namespace.DEFAULT : new Namespace(name));
  }
}
