package dev.pappus.server.telemetry;

import dev.pappus.dispatcher.InstanceReport;
import dev.pappus.dispatcher.InvocationInfo;
import dev.pappus.dispatcher.Registered;
import dev.pappus.model.Namespace;
import dev.pappus.model.Phases;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.TraceContext;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Writes invocations as OTLP/JSON: a span for each, one for each of its instances below it. One
 * thread uses it.
 */
final class SpanWriter {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final HexFormat HEX = HexFormat.of();
  private static final int KIND_INTERNAL = 1;
  private static final int KIND_SERVER = 2;
  private static final int KIND_CLIENT = 3;
  private static final int STATUS_ERROR = 2;

  private final String nodeName;
  private final BiFunction<Namespace, String, Optional<Registered>> registry;

  /** Writes for a node. */
  SpanWriter(String nodeName, BiFunction<Namespace, String, Optional<Registered>> registry) {
    this.nodeName = nodeName;
    this.registry = registry;
  }

  /** The body of one export. */
  byte[] write(List<Finished> batch) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(16 << 10);
    try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject();
      startArray(json, "resourceSpans");
      json.writeStartObject();
      json.writeName("resource");
      json.writeStartObject();
      startArray(json, "attributes");
      attribute(json, "service.name", "pappus");
      attribute(json, "service.instance.id", nodeName);
      json.writeEndArray();
      json.writeEndObject();
      startArray(json, "scopeSpans");
      json.writeStartObject();
      json.writeName("scope");
      json.writeStartObject();
      json.writeStringProperty("name", "dev.pappus");
      json.writeEndObject();
      startArray(json, "spans");
      batch.forEach(finished -> spans(json, finished));
      json.writeEndArray();
      json.writeEndObject();
      json.writeEndArray();
      json.writeEndObject();
      json.writeEndArray();
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  private void spans(JsonGenerator json, Finished finished) {
    invocation(json, finished);
    TraceContext invocation = finished.info().trace();
    List<TraceContext> spans = finished.instances().stream().map(_ -> invocation.child()).toList();
    FanIn fanIn = new FanIn(finished, registry);
    for (int i = 0; i < spans.size(); i++) {
      InstanceReport report = finished.instances().get(i);
      List<TraceContext> links = fanIn.of(report).stream().map(spans::get).toList();
      instance(json, finished.info(), report, spans.get(i), links);
    }
  }

  private static void invocation(JsonGenerator json, Finished finished) {
    InvocationInfo info = finished.info();
    start(
        json,
        info.trace(),
        info.target(),
        KIND_SERVER,
        info.acceptedAt(),
        Finished.totalNanos(finished.phases()));
    startArray(json, "attributes");
    attribute(json, "faas.name", info.target());
    attribute(json, "faas.trigger", "http");
    attribute(json, "faas.invocation_id", info.id());
    attribute(
        json,
        "faas.coldstart",
        finished.coldestStart() != null && NodeMetrics.isCold(finished.coldestStart()));
    attribute(json, "pappus.namespace", info.namespace().name());
    if (finished.coldestStart() != null) {
      attribute(json, "pappus.start", finished.coldestStart().toString());
    }
    phases(json, finished.phases());
    json.writeEndArray();
    end(json, finished.failure());
  }

  private static void instance(
      JsonGenerator json,
      InvocationInfo info,
      InstanceReport report,
      TraceContext span,
      List<TraceContext> links) {
    start(
        json,
        span,
        report.function(),
        report.start() == null ? KIND_CLIENT : KIND_INTERNAL,
        info.acceptedAt().plusNanos(report.readyNanos()),
        Finished.totalNanos(report.phases()));
    startArray(json, "attributes");
    attribute(json, "faas.name", report.function());
    attribute(json, "pappus.application", report.application());
    if (report.start() != null) {
      attribute(json, "pappus.start", report.start().toString());
    }
    if (report.binary() != null) {
      attribute(json, "faas.version", report.binary().toString());
    }
    if (report.itemName() != null) {
      attribute(json, "pappus.item", report.itemName());
    }
    attribute(json, "pappus.input_bytes", report.inputBytes());
    phases(json, report.phases());
    json.writeEndArray();
    if (!links.isEmpty()) {
      startArray(json, "links");
      for (TraceContext link : links) {
        json.writeStartObject();
        json.writeStringProperty("traceId", link.traceId());
        json.writeStringProperty("spanId", link.spanId());
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    end(json, report.failure());
  }

  private static void start(
      JsonGenerator json,
      TraceContext span,
      String name,
      int kind,
      Instant start,
      long durationNanos) {
    json.writeStartObject();
    json.writeStringProperty("traceId", span.traceId());
    json.writeStringProperty("spanId", span.spanId());
    if (span.parent() != 0) {
      json.writeStringProperty("parentSpanId", HEX.toHexDigits(span.parent()));
    }
    json.writeStringProperty("name", name);
    json.writeNumberProperty("kind", kind);
    json.writeStringProperty("startTimeUnixNano", unixNanos(start));
    json.writeStringProperty("endTimeUnixNano", unixNanos(start.plusNanos(durationNanos)));
  }

  private static void end(JsonGenerator json, @Nullable ProblemCode failure) {
    if (failure != null) {
      json.writeName("status");
      json.writeStartObject();
      json.writeNumberProperty("code", STATUS_ERROR);
      json.writeStringProperty("message", failure.text());
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  /** OTLP/JSON has 64-bit numbers as strings, as ProtoJSON does. */
  private static String unixNanos(Instant time) {
    return Long.toString(time.getEpochSecond() * 1_000_000_000L + time.getNano());
  }

  private static void phases(JsonGenerator json, Phases phases) {
    micros(json, "pappus.queue_micros", phases.queueNanos());
    micros(json, "pappus.load_micros", phases.loadNanos());
    micros(json, "pappus.run_micros", phases.runNanos());
    micros(json, "pappus.reply_micros", phases.replyNanos());
  }

  private static void startArray(JsonGenerator json, String name) {
    json.writeName(name);
    json.writeStartArray();
  }

  private static void attribute(JsonGenerator json, String key, String value) {
    startAttribute(json, key);
    json.writeStringProperty("stringValue", value);
    endAttribute(json);
  }

  private static void attribute(JsonGenerator json, String key, boolean value) {
    startAttribute(json, key);
    json.writeBooleanProperty("boolValue", value);
    endAttribute(json);
  }

  private static void attribute(JsonGenerator json, String key, long value) {
    startAttribute(json, key);
    json.writeStringProperty("intValue", Long.toString(value));
    endAttribute(json);
  }

  private static void micros(JsonGenerator json, String key, long nanos) {
    startAttribute(json, key);
    json.writeNumberProperty("doubleValue", nanos / 1e3);
    endAttribute(json);
  }

  private static void startAttribute(JsonGenerator json, String key) {
    json.writeStartObject();
    json.writeStringProperty("key", key);
    json.writeName("value");
    json.writeStartObject();
  }

  private static void endAttribute(JsonGenerator json) {
    json.writeEndObject();
    json.writeEndObject();
  }
}
