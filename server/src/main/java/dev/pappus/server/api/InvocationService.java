package dev.pappus.server.api;

import dev.pappus.dispatcher.Invocation;
import dev.pappus.dispatcher.InvocationRequest;
import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.dispatcher.InvocationTarget;
import dev.pappus.dispatcher.OutputSet;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Signature;
import dev.pappus.server.http.Exchange;
import dev.pappus.server.http.RequestHead;
import dev.pappus.server.http.Response;
import dev.pappus.server.invoke.AnswerEncoder;
import dev.pappus.server.invoke.InvokeTarget;
import dev.pappus.server.invoke.Negotiation;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** Runs invocations for exchanges: starts, cancels when the client leaves, answers. */
final class InvocationService {
  /** Outputs up to this size are encoded on the event loop. */
  private static final long ENCODE_ON_LOOP_BYTES = 256 << 10;

  private final Function<InvocationRequest, Invocation> dispatcher;
  private final DurableSubmission durable;
  private final Problems problems;
  private final Consumer<FrontTimes> clock;

  InvocationService(
      Function<InvocationRequest, Invocation> dispatcher,
      DurableSubmission durable,
      Problems problems,
      Consumer<FrontTimes> clock) {
    this.dispatcher = dispatcher;
    this.durable = durable;
    this.problems = problems;
    this.clock = clock;
  }

  /**
   * Starts an invocation whose result will answer {@code exchange}; returns at once.
   *
   * @param encoder makes the answer of the outputs
   */
  void invoke(
      Exchange exchange, InvocationRequest request, Function<List<OutputSet>, Response> encoder) {
    FrontTimes front = FrontTimes.until(System.nanoTime(), exchange.arrival());
    DurablePreference preference = DurablePreference.of(exchange.head());
    if (preference.durable()) {
      requireNamed(request);
      exchange.offload(() ->
          durable.submit(
              exchange, request, preference, result -> answer(exchange, result, encoder, front)));
      return;
    }
    Invocation invocation = dispatcher.apply(request);
    exchange.onHangUp(invocation::cancel);
    invocation.result().thenAccept(result -> answer(exchange, result, encoder, front));
  }

  /** What is stored names its target; ignoring the wish would break a promise to the client. */
  private static void requireNamed(InvocationRequest request) {
    if (!(request.target() instanceof InvocationTarget.Named)) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.BAD_REQUEST,
                  "a composition that comes with its request cannot be answered later, nor have an"
                      + " Idempotency-Key")
              .withHint(
                  "register it under /v1/compositions and invoke it by its name, or leave out"
                      + " Prefer: respond-async and Idempotency-Key"));
    }
  }

  private void answer(
      Exchange exchange,
      InvocationResult result,
      Function<List<OutputSet>, Response> encoder,
      FrontTimes front) {
    long endedNanos = System.nanoTime();
    Runnable answer = () -> answer(exchange, result, encoder, front, endedNanos);
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
      FrontTimes front,
      long endedNanos) {
    Response response = response(result, encoder);
    FrontTimes whole = front.withEncode(System.nanoTime() - endedNanos);
    exchange.respond(ResultHeaders.add(response, result, whole));
    clock.accept(whole);
  }

  /** The answer that a stored result makes for a request of its own. */
  Response stored(RequestHead head, InvocationResult result) {
    Function<List<OutputSet>, Response> encoder =
        outputs ->
            AnswerEncoder.encode(
                outputs,
                Negotiation.negotiate(
                    head.headers("accept"),
                    head.query(),
                    new InvokeTarget(
                        result.info().target(),
                        "",
                        new Signature(List.of(), outputs.stream().map(OutputSet::name).toList()))));
    return StoredAnswer.of(result, problems, encoder);
  }

  /** The answer that tells of a problem before there is an invocation. */
  Response response(Problem problem) {
    return problems.response(problem);
  }

  /**
   * The answer that tells of {@code result}, without {@link ResultHeaders}.
   *
   * @param encoder makes the answer of the outputs; the problem that it throws is the answer
   */
  Response response(InvocationResult result, Function<List<OutputSet>, Response> encoder) {
    return switch (result.outcome()) {
      case InvocationResult.Succeeded succeeded -> {
        try {
          yield encoder.apply(succeeded.outputs());
        } catch (ProblemException e) {
          yield problems.response(e.problem().withFunction(result.info().target()), result.id());
        }
      }
      case InvocationResult.Failed failed -> problems.response(failed.problem(), result.id());
    };
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
