package dev.pappus.server;

import static java.util.Map.entry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** An OpenAPI document as a tree of maps, lists, texts, numbers and booleans. */
record OpenApiDocument(Map<String, Object> root) {
  private static final JsonFactory JSON = new JsonFactory();
  private static final List<String> METHODS =
      List.of("get", "post", "put", "delete", "options", "patch", "head", "trace");

  /** One operation with the parameters of its path. */
  record Operation(String method, String path, Map<String, Object> members, List<Object> shared) {
    String id() {
      return String.valueOf(members.get("operationId"));
    }
  }

  static OpenApiDocument parse(byte[] json) {
    return new OpenApiDocument(map(tree(json)));
  }

  /** Any JSON document; {@code null} stands for itself. */
  static @Nullable Object tree(byte[] json) {
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
      parser.nextToken();
      Object value = value(parser);
      if (parser.nextToken() != null) {
        throw new IllegalArgumentException("something follows the document");
      }
      return value;
    }
  }

  private static @Nullable Object value(JsonParser parser) {
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        Map<String, Object> members = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.currentName();
          parser.nextToken();
          if (members.containsKey(name)) {
            throw new IllegalArgumentException("'" + name + "' occurs twice");
          }
          members.put(name, value(parser));
        }
        yield members;
      }
      case START_ARRAY -> {
        List<@Nullable Object> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          items.add(value(parser));
        }
        yield items;
      }
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT -> parser.getLongValue();
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new IllegalArgumentException("unexpected " + parser.currentToken());
    };
  }

  @SuppressWarnings("unchecked")
  static Map<String, Object> map(@Nullable Object value) {
    return value == null ? Map.of() : (Map<String, Object>) value;
  }

  @SuppressWarnings("unchecked")
  static List<Object> list(@Nullable Object value) {
    return value == null ? List.of() : (List<Object>) value;
  }

  List<Operation> operations() {
    List<Operation> operations = new ArrayList<>();
    map(root.get("paths"))
        .forEach((path, item) ->
            map(item)
                .forEach((method, members) -> {
                  if (METHODS.contains(method)) {
                    operations.add(
                        new Operation(
                            method.toUpperCase(java.util.Locale.ROOT),
                            path,
                            map(members),
                            list(map(item).get("parameters"))));
                  }
                }));
    return operations;
  }

  /** What {@code value} stands for: itself, or what its {@code $ref} points to. */
  Map<String, Object> resolve(@Nullable Object value) {
    Map<String, Object> members = map(value);
    Object reference = members.get("$ref");
    return reference == null ? members : resolve(lookup(String.valueOf(reference)));
  }

  private Object lookup(String reference) {
    if (!reference.startsWith("#/")) {
      throw new IllegalArgumentException(reference + " leads out of the document");
    }
    Object at = root;
    for (String step : reference.substring(2).split("/", -1)) {
      at = map(at).get(step);
      if (at == null) {
        throw new IllegalArgumentException(reference + " leads nowhere");
      }
    }
    return at;
  }

  /** Every parameter of an operation, those of its path first. */
  List<Map<String, Object>> parameters(Operation operation) {
    List<Object> all = new ArrayList<>(operation.shared);
    all.addAll(list(operation.members.get("parameters")));
    return all.stream().map(this::resolve).toList();
  }

  /** The path with the examples of its parameters, or with what {@code values} has for them. */
  String path(Operation operation, Map<String, String> values) {
    String path = operation.path;
    for (Map<String, Object> parameter : parameters(operation)) {
      if ("path".equals(parameter.get("in"))) {
        String name = String.valueOf(parameter.get("name"));
        Object value = values.containsKey(name) ? values.get(name) : parameter.get("example");
        path = path.replace("{" + name + "}", Objects.requireNonNull(value).toString());
      }
    }
    return path;
  }

  /** The first example of an operation's request body, with its media type; null if none. */
  Map.@Nullable Entry<String, Object> example(Operation operation) {
    Map<String, Object> content = map(resolve(operation.members.get("requestBody")).get("content"));
    for (Map.Entry<String, Object> each : content.entrySet()) {
      Object example = map(each.getValue()).get("example");
      if (example != null) {
        return entry(each.getKey(), example);
      }
    }
    return null;
  }

  /** A value of a tree as JSON. */
  static String json(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case String text -> '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(each -> json(each.getKey()) + ":" + json(each.getValue()))
              .collect(java.util.stream.Collectors.joining(",", "{", "}"));
      case List<?> list ->
          list.stream()
              .map(OpenApiDocument::json)
              .collect(java.util.stream.Collectors.joining(",", "[", "]"));
      default -> value.toString();
    };
  }
}
