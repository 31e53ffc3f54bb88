package dev.pappus.dispatcher.store;

import dev.pappus.model.Digest;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemException;
import java.io.StringWriter;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A function's specification as JSON. Static items stand in it by digest, their bytes in the blob
 * store, so that equal specifications have equal documents and documents stay small.
 */
public final class SpecDocument {
  private static final JsonFactory JSON = new JsonFactory();

  private SpecDocument() {}

  /** The document of {@code spec}; equal for specifications of equal content. */
  public static String encode(FunctionSpec spec) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
      json.writeStartObject();
      json.writeStringProperty("name", spec.name());
      json.writeNumberProperty("contextBytes", spec.contextBytes());
      json.writeArrayPropertyStart("inputs");
      for (int i = 0; i < spec.inputs().size(); i++) {
        writeInput(json, spec.inputs().get(i), spec.minSetBytes().get(i));
      }
      json.writeEndArray();
      json.writeArrayPropertyStart("outputs");
      for (String output : spec.outputs()) {
        json.writeString(output);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return text.toString();
  }

  private static void writeInput(JsonGenerator json, InputSet input, long minBytes) {
    json.writeStartObject();
    json.writeStringProperty("name", input.name());
    json.writeNumberProperty("minBytes", minBytes);
    json.writeArrayPropertyStart("static");
    for (Item item : input.staticItems()) {
      json.writeStartObject();
      json.writeStringProperty("name", item.name());
      json.writeNumberProperty("key", item.key().value());
      json.writeStringProperty("digest", Digest.of(item.data()).hex());
      json.writeNumberProperty("bytes", item.sizeBytes());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** Stores the bytes of every static item of {@code spec}; durable on return. */
  public static void putStaticItems(FunctionSpec spec, BlobStore blobs) {
    for (InputSet input : spec.inputs()) {
      for (Item item : input.staticItems()) {
        blobs.put(Digest.of(item.data()), item.data());
      }
    }
  }

  /** Digests of all static items of {@code spec} into {@code into}. */
  public static void collectDigests(FunctionSpec spec, Set<Digest> into) {
    for (InputSet input : spec.inputs()) {
      for (Item item : input.staticItems()) {
        into.add(Digest.of(item.data()));
      }
    }
  }

  /**
   * A specification that was read.
   *
   * @param spec the specification, without the static items that could not be read
   * @param defect why a static item could not be read, or null if all could
   */
  public record Decoded(FunctionSpec spec, @Nullable Problem defect) {}

  /**
   * Reads a document, and static items from {@code blobs}.
   *
   * @throws IllegalArgumentException if the document is malformed
   */
  public static Decoded decode(String document, BlobStore blobs) {
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), document)) {
      json.nextToken();
      Reader reader = new Reader(json, blobs);
      FunctionSpec spec = reader.spec();
      return new Decoded(spec, reader.defect);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("malformed specification: " + e.getMessage(), e);
    }
  }

  /** Reads one document; the parser stands on a value's first token before each method. */
  private static final class Reader {
    private final JsonParser json;
    private final BlobStore blobs;
    private @Nullable Problem defect;

    Reader(JsonParser json, BlobStore blobs) {
      this.json = json;
      this.blobs = blobs;
    }

    FunctionSpec spec() {
      String name = "";
      long contextBytes = 0;
      Map<InputSet, Long> inputs = new LinkedHashMap<>();
      List<String> outputs = new ArrayList<>();
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        String property = json.currentName();
        json.nextToken();
        switch (property) {
          case "name" -> name = json.getString();
          case "contextBytes" -> contextBytes = json.getLongValue();
          case "inputs" -> {
            while (json.nextToken() == JsonToken.START_OBJECT) {
              input(inputs);
            }
          }
          case "outputs" -> {
            while (json.nextToken() == JsonToken.VALUE_STRING) {
              outputs.add(json.getString());
            }
          }
          default -> json.skipChildren();
        }
      }
      return new FunctionSpec(
          name, List.copyOf(inputs.keySet()), outputs, contextBytes, List.copyOf(inputs.values()));
    }

    private void input(Map<InputSet, Long> inputs) {
      String name = "";
      long minBytes = 0;
      List<Item> items = new ArrayList<>();
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        String property = json.currentName();
        json.nextToken();
        switch (property) {
          case "name" -> name = json.getString();
          case "minBytes" -> minBytes = json.getLongValue();
          case "static" -> {
            while (json.nextToken() == JsonToken.START_OBJECT) {
              item(items);
            }
          }
          default -> json.skipChildren();
        }
      }
      inputs.put(new InputSet(name, items), minBytes);
    }

    private void item(List<Item> into) {
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
      try {
        into.add(
            new Item(
                name,
                Key.of(key),
                blobs.read(new Digest(digest), bytes, Arena.ofAuto()).asReadOnly()));
      } catch (ProblemException e) {
        defect = e.problem();
      }
    }
  }
}
