package dev.pappus.server.api;

import dev.pappus.model.Diagnostic;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Small helpers around the streaming JSON writer. */
final class Json {
  static final String CONTENT_TYPE = "application/json";

  private static final JsonFactory FACTORY = new JsonFactory();

  private Json() {}

  /** Writes the properties of an object. */
  @FunctionalInterface
  interface Content {
    void write(JsonGenerator json);
  }

  /** One JSON object as UTF-8 with a final line feed. */
  static byte[] object(Content content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject();
      content.write(json);
      json.writeEndObject();
    }
    bytes.write('\n');
    return bytes.toByteArray();
  }

  static void optional(JsonGenerator json, String name, @Nullable String value) {
    if (value != null) {
      json.writeStringProperty(name, value);
    }
  }

  static void strings(JsonGenerator json, String name, List<String> values) {
    json.writeName(name);
    json.writeStartArray();
    for (String value : values) {
      json.writeString(value);
    }
    json.writeEndArray();
  }

  /** Nanoseconds as microseconds with three decimals. */
  static void micros(JsonGenerator json, String name, long nanos) {
    json.writeNumberProperty(name, BigDecimal.valueOf(nanos, 3));
  }

  static void diagnostics(JsonGenerator json, String name, List<Diagnostic> diagnostics) {
    json.writeName(name);
    json.writeStartArray();
    for (Diagnostic each : diagnostics) {
      json.writeStartObject();
      optional(json, "file", each.file());
      json.writeStringProperty(
          "severity", each.severity().name().toLowerCase(java.util.Locale.ROOT));
      json.writeNumberProperty("line", each.line());
      json.writeNumberProperty("column", each.column());
      json.writeStringProperty("message", each.message());
      json.writeStringProperty("excerpt", each.excerpt());
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
