package dev.pappus.server;

import static dev.pappus.server.OpenApiDocument.list;
import static dev.pappus.server.OpenApiDocument.map;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Checks values against the part of JSON Schema that docs/openapi.yaml uses; other keywords are
 * refused. Stricter than the standard in one way: an object whose properties are listed may have no
 * others, unless the schema says so, so that members which nobody has described are found.
 */
final class JsonSchema {
  private static final Set<String> KEYWORDS =
      Set.of(
          "$ref",
          "description",
          "default",
          "example",
          "type",
          "properties",
          "required",
          "additionalProperties",
          "items",
          "enum",
          "const",
          "pattern",
          "maxLength",
          "oneOf",
          "minimum",
          "maximum");

  private final OpenApiDocument document;

  JsonSchema(OpenApiDocument document) {
    this.document = document;
  }

  /** What is wrong with {@code value}, each with the place; empty if it is valid. */
  List<String> faults(@Nullable Object schema, @Nullable Object value) {
    List<String> faults = new ArrayList<>();
    check(document.resolve(schema), value, "$", faults);
    return faults;
  }

  private void check(
      Map<String, Object> schema, @Nullable Object value, String at, List<String> faults) {
    Set<String> unknown = new LinkedHashSet<>(schema.keySet());
    unknown.removeAll(KEYWORDS);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(at + ": the schema has " + unknown);
    }
    Object type = schema.get("type");
    if (type != null && !isOf(String.valueOf(type), value)) {
      faults.add(at + " is no " + type + ": " + value);
      return;
    }
    if (schema.containsKey("const") && !schema.get("const").equals(value)) {
      faults.add(at + " is not '" + schema.get("const") + "': " + value);
    }
    if (schema.containsKey("enum") && !list(schema.get("enum")).contains(value)) {
      faults.add(at + " is none of " + schema.get("enum") + ": " + value);
    }
    oneOf(schema, value, at, faults);
    switch (value) {
      case String text -> text(schema, text, at, faults);
      case Number number -> number(schema, number.doubleValue(), at, faults);
      case Map<?, ?> members -> object(schema, map(members), at, faults);
      case List<?> items -> {
        if (schema.containsKey("items")) {
          for (int i = 0; i < items.size(); i++) {
            check(document.resolve(schema.get("items")), items.get(i), at + "[" + i + "]", faults);
          }
        }
      }
      case null, default -> {}
    }
  }

  private static boolean isOf(String type, @Nullable Object value) {
    return switch (type) {
      case "object" -> value instanceof Map;
      case "array" -> value instanceof List;
      case "string" -> value instanceof String;
      case "integer" -> value instanceof Long;
      case "number" -> value instanceof Number;
      case "boolean" -> value instanceof Boolean;
      default -> throw new IllegalArgumentException("type '" + type + "' is not known");
    };
  }

  private void oneOf(
      Map<String, Object> schema, @Nullable Object value, String at, List<String> faults) {
    if (!schema.containsKey("oneOf")) {
      return;
    }
    List<String> tried = new ArrayList<>();
    int fitting = 0;
    for (Object each : list(schema.get("oneOf"))) {
      List<String> found = new ArrayList<>();
      check(document.resolve(each), value, at, found);
      fitting += found.isEmpty() ? 1 : 0;
      tried.addAll(found);
    }
    if (fitting != 1) {
      faults.add(at + " fits " + fitting + " of the schemas: " + tried);
    }
  }

  private static void text(
      Map<String, Object> schema, String text, String at, List<String> faults) {
    Object pattern = schema.get("pattern");
    if (pattern != null && !Pattern.compile(pattern.toString()).matcher(text).find()) {
      faults.add(at + " does not match " + pattern + ": " + text);
    }
    if (schema.get("maxLength") instanceof Long max && text.length() > max) {
      faults.add(at + " is longer than " + max);
    }
  }

  private static void number(
      Map<String, Object> schema, double number, String at, List<String> faults) {
    if (schema.get("minimum") instanceof Number min && number < min.doubleValue()) {
      faults.add(at + " is less than " + min + ": " + number);
    }
    if (schema.get("maximum") instanceof Number max && number > max.doubleValue()) {
      faults.add(at + " is more than " + max + ": " + number);
    }
  }

  private void object(
      Map<String, Object> schema, Map<String, Object> members, String at, List<String> faults) {
    for (Object name : list(schema.get("required"))) {
      if (!members.containsKey(String.valueOf(name))) {
        faults.add(at + " lacks '" + name + "'");
      }
    }
    Map<String, Object> properties = map(schema.get("properties"));
    Object others = schema.getOrDefault("additionalProperties", properties.isEmpty());
    members.forEach((name, value) -> {
      String below = at + "." + name;
      if (properties.containsKey(name)) {
        check(document.resolve(properties.get(name)), value, below, faults);
      } else if (others instanceof Map) {
        check(document.resolve(others), value, below, faults);
      } else if (Boolean.FALSE.equals(others)) {
        faults.add(below + " is not described");
      }
    });
  }
}
