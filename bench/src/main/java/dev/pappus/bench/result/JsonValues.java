package dev.pappus.bench.result;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** JSON as maps, lists, texts, numbers, truths and null. */
public final class JsonValues {
  private JsonValues() {}

  /**
   * The object in a document; empty if it is something else.
   *
   * @throws tools.jackson.core.JacksonException if it is no JSON
   */
  public static Map<?, ?> readObject(byte[] document) {
    try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), document)) {
      parser.nextToken();
      return value(parser) instanceof Map<?, ?> map ? map : Map.of();
    }
  }

  private static @Nullable Object value(JsonParser parser) {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.START_OBJECT) {
      Map<String, @Nullable Object> fields = new LinkedHashMap<>();
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        fields.put(name, value(parser));
      }
      return fields;
    }
    if (token == JsonToken.START_ARRAY) {
      List<@Nullable Object> elements = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        elements.add(value(parser));
      }
      return elements;
    }
    if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
      return token == JsonToken.VALUE_TRUE;
    }
    if (token != null && token.isNumeric()) {
      return parser.getDoubleValue();
    }
    return token == JsonToken.VALUE_STRING ? parser.getString() : null;
  }
}
