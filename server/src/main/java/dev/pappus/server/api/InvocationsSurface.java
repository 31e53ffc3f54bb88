package dev.pappus.server.api;

import dev.pappus.dispatcher.InstanceReport;
import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.model.Limit;
import dev.pappus.model.Names;
import dev.pappus.model.Phases;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.server.http.Endpoint;
import dev.pappus.server.http.Response;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.core.JsonGenerator;

/** What became of past invocations: {@code GET /v1/invocations/ID}. */
public final class InvocationsSurface {
  private final Function<String, Optional<InvocationResult>> recent;
  private final Problems problems;

  InvocationsSurface(Function<String, Optional<InvocationResult>> recent, Problems problems) {
    this.recent = recent;
    this.problems = problems;
  }

  void addTo(Router router) {
    router.add(
        "GET",
        "/v1/invocations/{}",
        (_, id, _) -> new Endpoint.Blocking(Limit.REQUEST_BODY, (_, _) -> describe(id)));
  }

  private Response describe(String id) {
    InvocationResult result =
        recent
            .apply(id)
            .orElseThrow(() ->
                new ProblemException(
                    Problem.of(
                            ProblemCode.UNKNOWN_INVOCATION,
                            "nothing is known of an invocation '%s'",
                            Names.printable(id))
                        .withHint(
                            "the node remembers its latest invocations only, and only after"
                                + " they have ended; X-Pappus-Invocation holds the identifier")));
    return Response.of(200, Json.CONTENT_TYPE, Json.object(json -> write(json, result)));
  }

  private void write(JsonGenerator json, InvocationResult result) {
    json.writeStringProperty("id", result.id());
    json.writeBooleanProperty("succeeded", result.outcome() instanceof InvocationResult.Succeeded);
    if (result.coldestStart() != null) {
      json.writeStringProperty("start", result.coldestStart().toString());
    }
    phases(json, result.phases());
    json.writeName("instances");
    json.writeStartArray();
    for (InstanceReport report : result.instances()) {
      json.writeStartObject();
      report(json, report);
      json.writeEndObject();
    }
    json.writeEndArray();
    if (result.outcome() instanceof InvocationResult.Failed failed) {
      json.writeName("problem");
      json.writeStartObject();
      problems.write(json, failed.problem(), result.id());
      json.writeEndObject();
    }
  }

  private static void report(JsonGenerator json, InstanceReport report) {
    json.writeStringProperty("application", report.application());
    json.writeStringProperty("function", report.function());
    Json.optional(json, "item", report.itemName());
    if (report.itemKey() != null) {
      json.writeNumberProperty("key", report.itemKey().value());
    }
    json.writeNumberProperty("inputBytes", report.inputBytes());
    if (report.start() != null) {
      json.writeStringProperty("start", report.start().toString());
    }
    phases(json, report.phases());
    json.writeBooleanProperty("succeeded", report.succeeded());
  }

  private static void phases(JsonGenerator json, Phases phases) {
    Json.micros(json, "queueMicros", phases.queueNanos());
    Json.micros(json, "loadMicros", phases.loadNanos());
    Json.micros(json, "runMicros", phases.runNanos());
    Json.micros(json, "replyMicros", phases.replyNanos());
  }
}
