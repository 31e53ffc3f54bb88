package dev.pappus.server.http;

/**
 * Where a request goes.
 *
 * @param endpoint what serves it
 * @param usage told when it has ended
 */
public record Routed(Endpoint endpoint, Usage usage) {
  /** On nobody's account. */
  public static Routed free(Endpoint endpoint) {
    return new Routed(endpoint, (_, _) -> {});
  }
}
