package dev.pappus.server.api;

import dev.pappus.dispatcher.InstanceReport;
import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.dispatcher.store.StoredInvocation;
import dev.pappus.model.InvocationStatus;
import dev.pappus.model.Phases;
import dev.pappus.server.async.InvocationHistory.Entry;
import java.time.Duration;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;

/** Invocations as JSON objects. */
final class InvocationJson {
  static final String PATH = "/v1/invocations/";

  private final Problems problems;

  InvocationJson(Problems problems) {
    this.problems = problems;
  }

  /** What lists show. */
  void summary(JsonGenerator json, Entry entry) {
    json.writeStringProperty("id", entry.info().id());
    json.writeStringProperty("namespace", entry.info().namespace().name());
    json.writeStringProperty("target", entry.info().target());
    json.writeStringProperty("status", entry.status().text());
    json.writeBooleanProperty("durable", entry.durable() != null);
    json.writeStringProperty("acceptedAt", entry.info().acceptedAt().toString());
    if (entry.endedAt() != null) {
      json.writeStringProperty("endedAt", entry.endedAt().toString());
      Json.micros(
          json,
          "durationMicros",
          Duration.between(entry.info().acceptedAt(), entry.endedAt()).toNanos());
    }
    InvocationResult result = entry.result();
    if (result != null && result.coldestStart() != null) {
      json.writeStringProperty("start", result.coldestStart().toString());
    }
    if (result != null && result.outcome() instanceof InvocationResult.Failed failed) {
      json.writeStringProperty("code", failed.problem().code().text());
    }
  }

  /** Everything but the outputs. */
  void details(JsonGenerator json, Entry entry) {
    summary(json, entry);
    json.writeStringProperty("traceId", entry.info().trace().traceId());
    if (entry.resultKept()) {
      json.writeStringProperty("result", PATH + entry.info().id() + "/result");
    }
    StoredInvocation durable = entry.durable();
    if (durable != null && durable.callback() != null) {
      callback(json, durable.callback());
    }
    InvocationResult result = entry.result();
    if (result != null) {
      phases(json, result.phases());
    }
    if (result != null || entry.status() == InvocationStatus.RUNNING) {
      json.writeName("instances");
      json.writeStartArray();
      for (InstanceReport report : entry.instances()) {
        json.writeStartObject();
        report(json, report);
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    if (result != null && result.outcome() instanceof InvocationResult.Failed failed) {
      json.writeName("problem");
      json.writeStartObject();
      problems.write(json, failed.problem(), result.id());
      json.writeEndObject();
    }
  }

  private static void callback(JsonGenerator json, StoredInvocation.Callback callback) {
    json.writeName("callback");
    json.writeStartObject();
    json.writeStringProperty("url", callback.url());
    json.writeStringProperty("status", callback.delivery().name().toLowerCase(Locale.ROOT));
    json.writeNumberProperty("attempts", callback.attempts());
    if (callback.delivery() == StoredInvocation.Delivery.PENDING && callback.attempts() > 0) {
      json.writeStringProperty("nextAt", callback.nextAt().toString());
    }
    Json.optional(json, "detail", callback.detail());
    json.writeEndObject();
  }

  private static void report(JsonGenerator json, InstanceReport report) {
    json.writeStringProperty("application", report.application());
    json.writeStringProperty("function", report.function());
    Json.optional(json, "digest", report.binary() == null ? null : report.binary().toString());
    Json.optional(json, "item", report.itemName());
    if (report.itemKey() != null) {
      json.writeNumberProperty("key", report.itemKey().value());
    }
    json.writeNumberProperty("inputBytes", report.inputBytes());
    Json.micros(json, "readyMicros", report.readyNanos());
    if (report.start() != null) {
      json.writeStringProperty("start", report.start().toString());
    }
    phases(json, report.phases());
    json.writeBooleanProperty("succeeded", report.succeeded());
    Json.optional(json, "code", report.failure() == null ? null : report.failure().text());
    Json.optional(json, "logTail", report.logTail().isEmpty() ? null : report.logTail());
  }

  private static void phases(JsonGenerator json, Phases phases) {
    Json.micros(json, "queueMicros", phases.queueNanos());
    Json.micros(json, "loadMicros", phases.loadNanos());
    Json.micros(json, "runMicros", phases.runNanos());
    Json.micros(json, "replyMicros", phases.replyNanos());
  }
}
