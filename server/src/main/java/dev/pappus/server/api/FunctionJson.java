package dev.pappus.server.api;

import dev.pappus.dispatcher.Registered;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import dev.pappus.model.Item;
import dev.pappus.model.Limit;
import dev.pappus.model.SourceCode;
import dev.pappus.model.StaticItem;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/** Functions as the administration port shows them. */
final class FunctionJson {
  private FunctionJson() {}

  /** What lists show of a function. */
  static void summary(JsonGenerator json, Registered registered) {
    FunctionFields.KNOWN.forEach(field -> field.write(json, registered));
  }

  /** The same with the specification, in the shape in which deployments send it. */
  static void full(JsonGenerator json, Registered.Function function) {
    summary(json, function);
    FunctionSpec spec = function.spec();
    json.writeObjectPropertyStart("spec");
    json.writeArrayPropertyStart("inputs");
    for (InputSet input : spec.inputs()) {
      input(json, input.name(), function.statics());
    }
    json.writeEndArray();
    Json.strings(json, "outputs", spec.outputs());
    json.writeStringProperty("memory", Limit.CONTEXT_DEFAULT.format(spec.contextBytes()));
    if (spec.timeoutNanos() != FunctionSpec.NO_TIMEOUT) {
      json.writeStringProperty("timeout", Limit.FUNCTION_RUN.format(spec.timeoutNanos()));
    }
    json.writeStringProperty("sandbox", spec.sandbox().text());
    if (function.program()) {
      Json.strings(json, "arguments", spec.program().arguments());
      json.writeBooleanProperty("snapshot", spec.program().snapshot());
    }
    json.writeObjectPropertyStart("minSetBytes");
    for (int i = 0; i < spec.inputs().size(); i++) {
      if (spec.minSetBytes().get(i) > 0) {
        json.writeNumberProperty(spec.inputs().get(i).name(), spec.minSetBytes().get(i));
      }
    }
    json.writeEndObject();
    json.writeEndObject();
    if (function.source() != null) {
      json.writeObjectPropertyStart("source");
      source(json, function.source(), List.of());
      json.writeEndObject();
    }
  }

  /** What {@code function} was compiled from, with the bytes of each file. */
  static void source(
      JsonGenerator json, Registered.Function function, SourceCode source, List<Item> files) {
    json.writeStringProperty("name", function.name());
    json.writeStringProperty("version", function.version().toString());
    source(json, source, files);
  }

  /**
   * The files of {@code source}.
   *
   * @param bytes what is in them, in the same order; empty if that is not shown
   */
  private static void source(JsonGenerator json, SourceCode source, List<Item> bytes) {
    json.writeStringProperty("compiler", source.compiler());
    json.writeStringProperty("compilerVersion", source.compilerVersion().toString());
    json.writeArrayPropertyStart("files");
    for (int i = 0; i < source.files().size(); i++) {
      SourceCode.File file = source.files().get(i);
      json.writeStartObject();
      json.writeStringProperty("name", file.name());
      json.writeStringProperty("content", file.content().toString());
      json.writeNumberProperty("bytes", file.sizeBytes());
      if (!bytes.isEmpty()) {
        text(json, bytes.get(i).toBytes());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** As deployments send items: as text, or where it is none, as base64. */
  private static void text(JsonGenerator json, byte... bytes) {
    try {
      json.writeStringProperty(
          "text", StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      json.writeStringProperty("base64", Base64.getEncoder().encodeToString(bytes));
    }
  }

  private static void input(JsonGenerator json, String set, List<StaticItem> statics) {
    List<StaticItem> own = statics.stream().filter(item -> item.set().equals(set)).toList();
    if (own.isEmpty()) {
      json.writeString(set);
      return;
    }
    json.writeStartObject();
    json.writeStringProperty("name", set);
    json.writeArrayPropertyStart("static");
    for (StaticItem item : own) {
      json.writeStartObject();
      json.writeStringProperty("name", item.name());
      json.writeNumberProperty("key", item.key().value());
      json.writeStringProperty("content", item.content().toString());
      json.writeNumberProperty("bytes", item.sizeBytes());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
