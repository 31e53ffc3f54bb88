package dev.pappus.server.api;

import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.server.http.Endpoint;
import dev.pappus.server.http.Refusal;
import dev.pappus.server.http.Response;
import java.util.function.BooleanSupplier;

/**
 * {@code GET /livez}, or {@code /healthz}: the process answers; {@code GET /readyz}: it takes work.
 */
final class HealthSurface {
  private final BooleanSupplier ready;

  HealthSurface(BooleanSupplier ready) {
    this.ready = ready;
  }

  void addTo(Router router) {
    router
        .add("GET", "/livez", (_, _, _) -> answering(() -> true))
        .add("GET", "/healthz", (_, _, _) -> answering(() -> true))
        .add("GET", "/readyz", (_, _, _) -> answering(ready));
  }

  /** Answers from the head alone: nobody without a token makes the node keep a body. */
  private static Endpoint answering(BooleanSupplier good) {
    if (!good.getAsBoolean()) {
      throw new ProblemException(
          Problem.of(ProblemCode.SHUTTING_DOWN, "the node takes no work now")
              .withHint("it is starting or stopping; ask again in a moment"));
    }
    throw new Refusal(Response.text(200, "ok\n"));
  }
}
