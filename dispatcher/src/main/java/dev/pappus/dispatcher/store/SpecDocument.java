package dev.pappus.dispatcher.store;

import dev.pappus.model.Digest;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import dev.pappus.model.Key;
import dev.pappus.model.ProgramOptions;
import dev.pappus.model.SandboxChoice;
import dev.pappus.model.SourceCode;
import dev.pappus.model.StaticItem;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A stored specification as JSON: equal specifications have equal documents, since versions are
 * named by them. What a later node adds is left out where it says nothing, for the same reason.
 */
public final class SpecDocument {
  private static final JsonFactory JSON = new JsonFactory();

  private SpecDocument() {}

  /** The document of {@code spec}, without the function's name. */
  public static String encode(StoredSpec spec) {
    FunctionSpec declared = spec.declared();
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
      json.writeStartObject();
      json.writeNumberProperty("contextBytes", declared.contextBytes());
      json.writeArrayPropertyStart("inputs");
      for (int i = 0; i < declared.inputs().size(); i++) {
        String set = declared.inputs().get(i).name();
        List<StaticItem> items =
            spec.statics().stream().filter(item -> item.set().equals(set)).toList();
        writeInput(json, set, items, declared.minSetBytes().get(i));
      }
      json.writeEndArray();
      json.writeArrayPropertyStart("outputs");
      declared.outputs().forEach(json::writeString);
      json.writeEndArray();
      if (declared.timeoutNanos() != FunctionSpec.NO_TIMEOUT) {
        json.writeNumberProperty("timeoutNanos", declared.timeoutNanos());
      }
      if (declared.sandbox() != SandboxChoice.AUTO) {
        json.writeStringProperty("sandbox", declared.sandbox().text());
      }
      if (!declared.program().arguments().isEmpty()) {
        json.writeArrayPropertyStart("arguments");
        declared.program().arguments().forEach(json::writeString);
        json.writeEndArray();
      }
      if (!declared.program().snapshot()) {
        json.writeBooleanProperty("snapshot", false);
      }
      if (spec.source() != null) {
        writeSource(json, spec.source());
      }
      json.writeEndObject();
    }
    return text.toString();
  }

  private static void writeInput(
      JsonGenerator json, String set, List<StaticItem> items, long minBytes) {
    json.writeStartObject();
    json.writeStringProperty("name", set);
    json.writeNumberProperty("minBytes", minBytes);
    json.writeArrayPropertyStart("static");
    for (StaticItem item : items) {
      json.writeStartObject();
      json.writeStringProperty("name", item.name());
      json.writeNumberProperty("key", item.key().value());
      json.writeStringProperty("digest", item.content().hex());
      json.writeNumberProperty("bytes", item.sizeBytes());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void writeSource(JsonGenerator json, SourceCode source) {
    json.writeObjectPropertyStart("source");
    json.writeStringProperty("compiler", source.compiler());
    json.writeStringProperty("compilerVersion", source.compilerVersion().hex());
    json.writeArrayPropertyStart("files");
    for (SourceCode.File file : source.files()) {
      json.writeStartObject();
      json.writeStringProperty("name", file.name());
      json.writeStringProperty("digest", file.content().hex());
      json.writeNumberProperty("bytes", file.sizeBytes());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /**
   * Reads the document of the function {@code name}.
   *
   * @throws IllegalArgumentException if it is malformed
   * @throws dev.pappus.model.ProblemException if what it says is not possible
   */
  public static StoredSpec decode(String name, String document) {
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), document)) {
      json.nextToken();
      return new Reader(json).spec(name);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("malformed specification: " + e.getMessage(), e);
    }
  }

  /** Reads one document; the parser stands on a value's first token before each method. */
  private static final class Reader {
    private final JsonParser json;
    private final List<InputSet> inputs = new ArrayList<>();
    private final List<Long> minBytes = new ArrayList<>();
    private final List<StaticItem> statics = new ArrayList<>();

    Reader(JsonParser json) {
      this.json = json;
    }

    StoredSpec spec(String name) {
      long contextBytes = 0;
      long timeoutNanos = FunctionSpec.NO_TIMEOUT;
      SandboxChoice sandbox = SandboxChoice.AUTO;
      List<String> outputs = new ArrayList<>();
      List<String> arguments = new ArrayList<>();
      boolean snapshot = ProgramOptions.DEFAULT.snapshot();
      SourceCode source = null;
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        String property = json.currentName();
        json.nextToken();
        switch (property) {
          case "contextBytes" -> contextBytes = json.getLongValue();
          case "timeoutNanos" -> timeoutNanos = json.getLongValue();
          case "sandbox" -> sandbox = SandboxChoice.parse(json.getString());
          case "inputs" -> {
            while (json.nextToken() == JsonToken.START_OBJECT) {
              input();
            }
          }
          case "outputs" -> strings(outputs);
          case "arguments" -> strings(arguments);
          case "snapshot" -> snapshot = json.getBooleanValue();
          case "source" -> source = source();
          default -> json.skipChildren();
        }
      }
      return new StoredSpec(
          new FunctionSpec(
              name,
              inputs,
              outputs,
              contextBytes,
              minBytes,
              timeoutNanos,
              sandbox,
              new ProgramOptions(arguments, snapshot)),
          statics,
          source);
    }

    private SourceCode source() {
      String compiler = "";
      String version = "";
      List<SourceCode.File> files = new ArrayList<>();
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        String property = json.currentName();
        json.nextToken();
        switch (property) {
          case "compiler" -> compiler = json.getString();
          case "compilerVersion" -> version = json.getString();
          case "files" -> {
            while (json.nextToken() == JsonToken.START_OBJECT) {
              StaticItem file = item();
              files.add(new SourceCode.File(file.name(), file.content(), file.sizeBytes()));
            }
          }
          default -> json.skipChildren();
        }
      }
      return new SourceCode(compiler, new Digest(version), files);
    }

    private void strings(List<String> into) {
      while (json.nextToken() == JsonToken.VALUE_STRING) {
        into.add(json.getString());
      }
    }

    private void input() {
      String set = "";
      long min = 0;
      List<StaticItem> items = new ArrayList<>();
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        String property = json.currentName();
        json.nextToken();
        switch (property) {
          case "name" -> set = json.getString();
          case "minBytes" -> min = json.getLongValue();
          case "static" -> {
            while (json.nextToken() == JsonToken.START_OBJECT) {
              items.add(item());
            }
          }
          default -> json.skipChildren();
        }
      }
      String name = set;
      inputs.add(InputSet.dynamic(name));
      minBytes.add(min);
      for (StaticItem item : items) {
        statics.add(
            new StaticItem(name, item.name(), item.key(), item.content(), item.sizeBytes()));
      }
    }

    private StaticItem item() {
      String name = "";
      long key = 0;
      String digest = "";
      long bytes = 0;
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        String property = json.currentName();
        json.nextToken();
        switch (property) {
          case "name" -> name = json.getString();
          case "key" -> key = json.getLongValue();
          case "digest" -> digest = json.getString();
          case "bytes" -> bytes = json.getLongValue();
          default -> json.skipChildren();
        }
      }
      return new StaticItem("", name, Key.of(key), new Digest(digest), bytes);
    }
  }
}
