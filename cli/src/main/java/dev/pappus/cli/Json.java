package dev.pappus.cli;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.JsonTokenId;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** JSON in and out, in small documents only. */
final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();

  private Json() {}

  /** Writes a document. */
  interface Body {
    void writeTo(JsonGenerator json);
  }

  /** Writes one document and a line end. */
  static void write(PrintStream out, Body body) {
    out.writeBytes(bytes(body));
    out.write('\n');
    out.flush();
  }

  /** One document, in UTF-8. */
  static byte[] bytes(Body body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    OutputStream sink = bytes;
    try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), sink)) {
      body.writeTo(json);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads a document: maps, lists, strings, longs, doubles, booleans and null.
   *
   * @throws JacksonException if it is not JSON
   */
  static @Nullable Object read(byte[] document) {
    try (JsonParser json = FACTORY.createParser(ObjectReadContext.empty(), document)) {
      json.nextToken();
      return value(json, null);
    }
  }

  /**
   * Reads an object of which one member is a list of thousands of objects: these go to {@code each}
   * one by one, and the others are what is returned. Nothing but a list of objects is passed on.
   *
   * @param list the name of that member
   * @param members of the list's objects that are read, which then cost little; null is all
   * @throws JacksonException if it is not JSON; some have been passed on then
   */
  static Map<String, @Nullable Object> readEach(
      byte[] document, String list, @Nullable Set<String> members, Consumer<Map<?, ?>> each) {
    Map<String, @Nullable Object> others = new LinkedHashMap<>();
    try (JsonParser json = FACTORY.createParser(ObjectReadContext.empty(), document)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return others;
      }
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = json.currentName();
        boolean isList = json.nextToken() == JsonToken.START_ARRAY && name.equals(list);
        if (!isList) {
          others.put(name, value(json, null));
          continue;
        }
        while (json.nextToken() != JsonToken.END_ARRAY) {
          if (value(json, members) instanceof Map<?, ?> object) {
            each.accept(object);
          }
        }
      }
    }
    return others;
  }

  /** Writes what {@link #read} gives. */
  static void writeValue(JsonGenerator json, @Nullable Object value) {
    switch (value) {
      case null -> json.writeNull();
      case Map<?, ?> map -> {
        json.writeStartObject();
        map.forEach((name, member) -> {
          json.writeName(String.valueOf(name));
          writeValue(json, member);
        });
        json.writeEndObject();
      }
      case List<?> list -> {
        json.writeStartArray();
        list.forEach(element -> writeValue(json, element));
        json.writeEndArray();
      }
      case Long number -> json.writeNumber(number);
      case Double number -> json.writeNumber(number);
      case Boolean flag -> json.writeBoolean(flag);
      default -> json.writeString(value.toString());
    }
  }

  private static @Nullable Object value(JsonParser json, @Nullable Set<String> members) {
    // By number: a switch over the tokens that takes null is linked at run time, at each start.
    return switch (json.currentTokenId()) {
      case JsonTokenId.ID_START_OBJECT -> object(json, members);
      case JsonTokenId.ID_START_ARRAY -> array(json, members);
      case JsonTokenId.ID_STRING -> json.getString();
      case JsonTokenId.ID_NUMBER_INT -> json.getLongValue();
      case JsonTokenId.ID_NUMBER_FLOAT -> json.getDoubleValue();
      case JsonTokenId.ID_TRUE -> true;
      case JsonTokenId.ID_FALSE -> false;
      default -> null;
    };
  }

  private static Map<String, @Nullable Object> object(
      JsonParser json, @Nullable Set<String> members) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = json.currentName();
      json.nextToken();
      if (members == null || members.contains(name)) {
        fields.put(name, value(json, members));
      } else {
        json.skipChildren();
      }
    }
    return fields;
  }

  private static List<@Nullable Object> array(JsonParser json, @Nullable Set<String> members) {
    List<@Nullable Object> elements = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      elements.add(value(json, members));
    }
    return elements;
  }
}
