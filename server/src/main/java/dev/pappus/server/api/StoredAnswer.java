package dev.pappus.server.api;

import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.dispatcher.OutputSet;
import dev.pappus.model.ProblemException;
import dev.pappus.server.http.Response;
import dev.pappus.server.invoke.AnswerEncoder;
import dev.pappus.server.invoke.AnswerFormat;
import java.util.List;
import java.util.function.Function;

/** Results as answers, outside of the request that asked for them. */
public final class StoredAnswer {
  private StoredAnswer() {}

  /** What a client without wishes would have been answered. */
  public static Response of(InvocationResult result, Problems problems) {
    return of(result, problems, outputs -> AnswerEncoder.encode(outputs, AnswerFormat.DEFAULT));
  }

  static Response of(
      InvocationResult result, Problems problems, Function<List<OutputSet>, Response> encoder) {
    Response response =
        switch (result.outcome()) {
          case InvocationResult.Succeeded succeeded -> {
            try {
              yield encoder.apply(succeeded.outputs());
            } catch (ProblemException e) {
              yield problems.response(
                  e.problem().withFunction(result.info().target()), result.id());
            }
          }
          case InvocationResult.Failed failed -> problems.response(failed.problem(), result.id());
        };
    return ResultHeaders.add(response, result, FrontTimes.NONE);
  }
}
