package dev.pappus.server.api;

import dev.pappus.model.Namespace;
import dev.pappus.server.access.Meter;
import dev.pappus.server.access.Scope;
import dev.pappus.server.access.Token;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who sends a request.
 *
 * @param namespace on whose behalf
 * @param scope what they may do; null is nothing but what everybody may
 * @param token what they have shown; null is nothing
 * @param meters count what they do
 */
record Caller(
    Namespace namespace, @Nullable Scope scope, @Nullable Token token, List<Meter> meters) {
  /** Names the namespace; absent is the token's, or the default one. */
  static final String NAMESPACE_HEADER = "pappus-namespace";

  /** Somebody nobody asks who they are. */
  static final Caller ANYBODY = new Caller(Namespace.DEFAULT, null, null, List.of());
}
