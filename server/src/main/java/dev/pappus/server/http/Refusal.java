package dev.pappus.server.http;

/**
 * Ends a request with an answer that is ready, before its body is read; without a stack trace, so
 * that refusing is cheap.
 */
public final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient Response response;

  /** Answers with {@code response}. */
  public Refusal(Response response) {
    super("refused with status " + response.status(), null, false, false);
    this.response = response;
  }

  /** The answer. */
  public Response response() {
    return response;
  }
}
