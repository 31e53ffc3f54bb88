package dev.pappus.server.api;

import dev.pappus.dispatcher.InvocationRequest;
import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.dispatcher.store.InvocationStore.Accepted;
import dev.pappus.model.InvocationStatus;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.server.async.DurableInvocations;
import dev.pappus.server.http.Exchange;
import dev.pappus.server.http.Response;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * Invocations that are stored before they are answered: asynchronous ones, and those with a key.
 */
final class DurableSubmission {
  private final DurableInvocations durable;
  private final Consumer<String> callbackCheck;

  /**
   * Submits to {@code durable}.
   *
   * @param callbackCheck refuses a URL to which no result can be sent, by throwing
   */
  DurableSubmission(DurableInvocations durable, Consumer<String> callbackCheck) {
    this.durable = durable;
    this.callbackCheck = callbackCheck;
  }

  /**
   * Stores an invocation, then answers {@code exchange}: at once if the client asked for that, else
   * through {@code answer} when there is a result. Runs on a virtual thread.
   */
  void submit(
      Exchange exchange,
      InvocationRequest request,
      DurablePreference preference,
      Consumer<InvocationResult> answer) {
    String url = preference.callbackUrl();
    if (url != null) {
      callbackCheck.accept(url);
    }
    durable
        .accept(
            new DurableInvocations.Submission(request, preference.key(), url, !preference.async()))
        .whenComplete((accepted, failure) -> {
          if (accepted == null) {
            exchange.fail(problemOf(failure));
          } else if (preference.async()) {
            exchange.respond(accepted(accepted, request.target().name()));
          } else {
            exchange.offload(() -> await(exchange, accepted, answer));
          }
        });
  }

  private void await(Exchange exchange, Accepted accepted, Consumer<InvocationResult> answer) {
    CompletableFuture<InvocationResult> waiting = durable.result(accepted.id());
    var _ =
        waiting.whenComplete((result, failure) -> {
          if (result == null) {
            exchange.fail(problemOf(failure));
          } else {
            answer.accept(result);
          }
        });
    // The invocation goes on without this client; its exchange must not stay in memory so long.
    exchange.onHangUp(() -> waiting.cancel(false));
  }

  private static Response accepted(Accepted accepted, String target) {
    String location = InvocationJson.PATH + accepted.id();
    Response response =
        Response.of(
                202,
                Json.CONTENT_TYPE,
                Json.object(json -> {
                  json.writeStringProperty("id", accepted.id());
                  json.writeStringProperty("target", target);
                  json.writeStringProperty("status", InvocationStatus.QUEUED.text());
                  json.writeStringProperty("result", location + "/result");
                }))
            .with("location", location)
            .with("preference-applied", DurablePreference.RESPOND_ASYNC)
            .with("x-pappus-invocation", accepted.id());
    return accepted.replayed() ? response.with("idempotency-replayed", "true") : response;
  }

  private static Problem problemOf(@org.jspecify.annotations.Nullable Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof ProblemException problem
        ? problem.problem()
        : Problem.of(ProblemCode.INTERNAL, "the durable queue met an unexpected %s", cause)
            .withHint("please report this with the node's log of this moment");
  }
}
