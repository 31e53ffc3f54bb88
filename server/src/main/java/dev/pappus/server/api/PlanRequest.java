package dev.pappus.server.api;

import dev.pappus.language.graph.InstancePlan.PlannedItem;
import dev.pappus.model.Key;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Suggestion;
import dev.pappus.server.http.Body;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads {@code {"sets":[{"name":"logs","items":[{"name":"a","key":7,"bytes":123}]}]}}: the envelope
 * of an invocation, with {@code bytes} allowed in place of {@code text} or {@code base64}. Only
 * keys and sizes are kept.
 */
final class PlanRequest {
  private static final JsonFactory FACTORY = new JsonFactory();

  private final JsonParser json;
  private final String target;
  private final List<String> names;
  private final Limits limits;
  private final List<List<PlannedItem>> sets = new ArrayList<>();
  private int items;

  private PlanRequest(JsonParser json, String target, List<String> names, Limits limits) {
    this.json = json;
    this.target = target;
    this.names = names;
    this.limits = limits;
    names.forEach(name -> sets.add(new ArrayList<>()));
  }

  /**
   * The items of each input.
   *
   * @param target the composition
   * @param names its inputs
   * @throws ProblemException BAD_REQUEST, UNKNOWN_SET or TOO_MANY_ITEMS
   */
  static List<List<PlannedItem>> read(Body body, String target, List<String> names, Limits limits) {
    if (body.isEmpty()) {
      return names.stream().map(name -> List.<PlannedItem>of()).toList();
    }
    try (JsonParser json =
        FACTORY.createParser(ObjectReadContext.empty(), body.bytes(), 0, body.length())) {
      PlanRequest request = new PlanRequest(json, target, names, limits);
      request.document();
      return request.sets;
    } catch (JacksonException e) {
      throw bad("the body is no JSON: " + e.getOriginalMessage(), e);
    }
  }

  private void document() {
    json.nextToken();
    object("sets");
    while (json.nextToken() != JsonToken.END_OBJECT) {
      if (json.currentName().equals("sets")) {
        json.nextToken();
        array("sets");
        while (json.nextToken() != JsonToken.END_ARRAY) {
          set();
        }
      } else {
        throw unknownField("the document", List.of("sets"));
      }
    }
    if (json.nextToken() != null) {
      throw bad("something follows the document", null);
    }
  }

  private void set() {
    object("a set");
    String name = null;
    List<PlannedItem> found = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "name" -> name = text("name");
        case "items" -> {
          array("items");
          while (json.nextToken() != JsonToken.END_ARRAY) {
            requireRoom(found.size());
            found.add(item());
          }
        }
        default -> throw unknownField("a set", List.of("name", "items"));
      }
    }
    if (name == null) {
      throw bad("a set has no name", null);
    }
    int index = names.indexOf(name);
    if (index < 0) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.UNKNOWN_SET,
                  "'%s' has no input set '%s'%s",
                  target,
                  Names.printable(name),
                  Suggestion.didYouMean(name, names))
              .withFunction(target)
              .withHint("its input sets are: " + String.join(", ", names)));
    }
    if (!sets.get(index).isEmpty()) {
      throw bad("set '" + name + "' occurs twice", null);
    }
    sets.set(index, found);
  }

  /** Few bytes of a body could ask for many items. */
  private void requireRoom(int inSet) {
    if (inSet == limits.count(Limit.SET_ITEMS)) {
      throw new ProblemException(
          limits.exceeded(ProblemCode.TOO_MANY_ITEMS, Limit.SET_ITEMS, "a set", inSet + 1L));
    }
    if (items == limits.count(Limit.INVOCATION_INSTANCES)) {
      throw new ProblemException(
          limits.exceeded(
              ProblemCode.TOO_MANY_ITEMS,
              Limit.INVOCATION_INSTANCES,
              "all sets of the plan",
              items + 1L));
    }
    items++;
  }

  private PlannedItem item() {
    object("an item");
    Key key = Key.ZERO;
    long bytes = 0;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "name" -> Names.requireItemName(text("name"));
        case "key" -> key = Key.of(number("key", Key.MAX));
        case "bytes" -> bytes = number("bytes", limits.get(Limit.REQUEST_BODY));
        case "text" -> bytes = text("text").getBytes(StandardCharsets.UTF_8).length;
        case "base64" -> bytes = base64();
        default -> throw unknownField("an item", List.of("name", "key", "bytes", "text", "base64"));
      }
    }
    return new PlannedItem(key, bytes);
  }

  private long base64() {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw bad("'base64' must be a string", null);
    }
    return json.getBinaryValue().length;
  }

  private String text(String field) {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw bad("'" + field + "' must be a string", null);
    }
    return json.getString();
  }

  private long number(String field, long max) {
    if (json.currentToken() == JsonToken.VALUE_NUMBER_INT
        && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER
        && json.getLongValue() >= 0
        && json.getLongValue() <= max) {
      return json.getLongValue();
    }
    throw bad("'" + field + "' must be a number from 0 to " + max, null);
  }

  private void object(String what) {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw bad(what + " must be an object", null);
    }
  }

  private void array(String what) {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw bad("'" + what + "' must be an array", null);
    }
  }

  private ProblemException unknownField(String where, List<String> known) {
    String field = json.currentName();
    return bad(
        where
            + " has an unknown member '"
            + Names.printable(field)
            + "'"
            + Suggestion.didYouMean(field, known),
        null);
  }

  private static ProblemException bad(
      String detail, @org.jspecify.annotations.Nullable Exception cause) {
    Problem problem =
        Problem.of(ProblemCode.BAD_REQUEST, "%s", detail)
            .withHint(
                "send {\"sets\":[{\"name\":\"logs\",\"items\":[{\"name\":\"a\",\"key\":7,"
                    + "\"bytes\":123}]}]}");
    return cause == null ? new ProblemException(problem) : new ProblemException(problem, cause);
  }
}
