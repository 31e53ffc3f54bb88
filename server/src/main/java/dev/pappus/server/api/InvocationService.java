package dev.pappus.server.api;

import dev.pappus.dispatcher.Invocation;
import dev.pappus.dispatcher.InvocationRequest;
import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.dispatcher.InvocationTarget;
import dev.pappus.dispatcher.OutputSet;
import dev.pappus.server.http.Exchange;
import dev.pappus.server.http.Response;
import java.util.List;
import java.util.function.Function;

/** Runs invocations for exchanges: starts, cancels when the client leaves, answers. */
final class InvocationService {
  /** Outputs up to this size are encoded on the event loop. */
  private static final long ENCODE_ON_LOOP_BYTES = 256 << 10;

  private final Function<InvocationRequest, Invocation> dispatcher;
  private final DurableSubmission durable;
  private final Problems problems;

  InvocationService(
      Function<InvocationRequest, Invocation> dispatcher,
      DurableSubmission durable,
      Problems problems) {
    this.dispatcher = dispatcher;
    this.durable = durable;
    this.problems = problems;
  }

  /**
   * Starts an invocation whose result will answer {@code exchange}; returns at once.
   *
   * @param encoder makes the answer of the outputs
   */
  void invoke(
      Exchange exchange, InvocationRequest request, Function<List<OutputSet>, Response> encoder) {
    DurablePreference preference = DurablePreference.of(exchange.head());
    if (preference.durable() && request.target() instanceof InvocationTarget.Named) {
      exchange.offload(() ->
          durable.submit(
              exchange, request, preference, result -> answer(exchange, result, encoder)));
      return;
    }
    Invocation invocation = dispatcher.apply(request);
    exchange.onHangUp(invocation::cancel);
    invocation.result().thenAccept(result -> answer(exchange, result, encoder));
  }

  private void answer(
      Exchange exchange, InvocationResult result, Function<List<OutputSet>, Response> encoder) {
    long endedNanos = System.nanoTime();
    Runnable answer = () -> answer(exchange, result, encoder, endedNanos);
    if (outputBytes(result) > ENCODE_ON_LOOP_BYTES) {
      exchange.offload(answer);
    } else {
      exchange.execute(answer);
    }
  }

  private void answer(
      Exchange exchange,
      InvocationResult result,
      Function<List<OutputSet>, Response> encoder,
      long endedNanos) {
    Response response =
        switch (result.outcome()) {
          case InvocationResult.Succeeded succeeded -> encoder.apply(succeeded.outputs());
          case InvocationResult.Failed failed -> problems.response(failed.problem(), result.id());
        };
    exchange.respond(ResultHeaders.add(response, result, System.nanoTime() - endedNanos));
  }

  /** The answer that a stored result makes. */
  Response stored(InvocationResult result, Function<List<OutputSet>, Response> encoder) {
    Response response =
        switch (result.outcome()) {
          case InvocationResult.Succeeded succeeded -> encoder.apply(succeeded.outputs());
          case InvocationResult.Failed failed -> problems.response(failed.problem(), result.id());
        };
    return ResultHeaders.add(response, result, 0);
  }

  private static long outputBytes(InvocationResult result) {
    return switch (result.outcome()) {
      case InvocationResult.Succeeded succeeded ->
          succeeded.outputs().stream()
              .flatMap(set -> set.items().stream())
              .mapToLong(item -> item.sizeBytes())
              .sum();
      case InvocationResult.Failed _ -> 0;
    };
  }
}
