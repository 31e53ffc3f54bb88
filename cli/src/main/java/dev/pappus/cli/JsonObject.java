package dev.pappus.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * An object that a node sent. What is missing or of another type than expected reads as absent: an
 * older or newer node is no reason to fail.
 *
 * @param fields its members
 */
record JsonObject(Map<?, ?> fields) {
  static final JsonObject EMPTY = new JsonObject(Map.of());

  /** The object in {@code document}; empty if there is none. */
  static JsonObject parse(byte[] document) {
    try {
      return of(Json.read(document));
    } catch (JacksonException e) {
      return EMPTY;
    }
  }

  /**
   * The object in {@code document} but for the objects of its member {@code list}, which go to
   * {@code each}, with these members only; null is all.
   */
  static JsonObject parse(
      byte[] document, String list, @Nullable Set<String> members, Consumer<JsonObject> each) {
    try {
      return new JsonObject(
          Json.readEach(document, list, members, object -> each.accept(new JsonObject(object))));
    } catch (JacksonException e) {
      return EMPTY;
    }
  }

  /** The objects of a list; other elements read as empty objects. */
  static List<JsonObject> listOf(@Nullable Object value) {
    return value instanceof List<?> list ? list.stream().map(JsonObject::of).toList() : List.of();
  }

  private static JsonObject of(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? new JsonObject(map) : EMPTY;
  }

  JsonObject object(String name) {
    return of(fields.get(name));
  }

  @Nullable String text(String name) {
    return fields.get(name) instanceof String text ? text : null;
  }

  String text(String name, String otherwise) {
    return fields.get(name) instanceof String text ? text : otherwise;
  }

  @Nullable Number number(String name) {
    return fields.get(name) instanceof Number number ? number : null;
  }

  long integer(String name) {
    return fields.get(name) instanceof Number number ? number.longValue() : 0;
  }

  boolean has(String name) {
    return fields.get(name) != null;
  }

  List<JsonObject> objects(String name) {
    return listOf(fields.get(name));
  }

  /** The names in a list of texts, or of objects that have a name. */
  List<String> names(String name) {
    List<String> names = new ArrayList<>();
    if (fields.get(name) instanceof List<?> list) {
      for (Object each : list) {
        names.add(String.valueOf(each instanceof Map<?, ?> map ? map.get("name") : each));
      }
    }
    return names;
  }
}
