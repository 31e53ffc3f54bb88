package dev.pappus.server.api;

import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.server.http.Endpoint;
import dev.pappus.server.http.Refusal;
import dev.pappus.server.http.Response;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/**
 * {@code GET /livez}, or {@code /healthz}: the process answers; {@code GET /readyz}: it takes work.
 */
final class HealthSurface {
  private final BooleanSupplier ready;
  private final IntSupplier storageFaults;

  /**
   * Health by two signs.
   *
   * @param ready whether the node takes work
   * @param storageFaults how often in a row a durable result could not be stored
   */
  HealthSurface(BooleanSupplier ready, IntSupplier storageFaults) {
    this.ready = ready;
    this.storageFaults = storageFaults;
  }

  void addTo(Router router) {
    router
        .add("GET", "/livez", (_, _, _) -> answering("ok\n"))
        .add("GET", "/healthz", (_, _, _) -> answering("ok\n"))
        .add("GET", "/readyz", (_, _, _) -> readiness());
  }

  private Endpoint readiness() {
    if (!ready.getAsBoolean()) {
      throw new ProblemException(
          Problem.of(ProblemCode.SHUTTING_DOWN, "the node takes no work now")
              .withHint("it is starting or stopping; ask again in a moment"));
    }
    int faults = storageFaults.getAsInt();
    // Whoever waits for an answer is served as ever, so the node stays in its balancer's list.
    return answering(
        faults == 0
            ? "ok\n"
            : "ok\nresults of durable invocations cannot be stored (tried "
                + faults
                + " times); see the node's log\n");
  }

  /** Answers from the head alone: nobody without a token makes the node keep a body. */
  private static Endpoint answering(String text) {
    throw new Refusal(Response.text(200, text));
  }
}
