package dev.pappus.server.api;

import dev.pappus.dispatcher.Registered;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import dev.pappus.model.Limit;
import dev.pappus.model.StaticItem;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/** Functions as the administration port shows them. */
final class FunctionJson {
  private FunctionJson() {}

  /** What lists show of a function. */
  static void summary(JsonGenerator json, Registered registered) {
    RegistryAnswers.sets(json, registered);
    switch (registered) {
      case Registered.Function function -> {
        FunctionSpec spec = function.spec();
        json.writeStringProperty("kind", function.program() ? "program" : "compute");
        json.writeStringProperty("version", function.version().toString());
        json.writeNumberProperty("memoryBytes", spec.contextBytes());
        if (spec.timeoutNanos() != FunctionSpec.NO_TIMEOUT) {
          json.writeStringProperty("timeout", Limit.FUNCTION_RUN.format(spec.timeoutNanos()));
        }
        json.writeStringProperty("binary", function.binary().toString());
        json.writeNumberProperty("binaryBytes", function.binaryBytes());
        json.writeStringProperty("sandbox", function.sandbox());
        json.writeStringProperty("deployed", function.deployed().toString());
      }
      case Registered.Communication _ -> json.writeStringProperty("kind", "communication");
      case Registered.OfComposition _ -> json.writeStringProperty("kind", "composition");
    }
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
