package dev.pappus.server.api;

import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Suggestion;
import dev.pappus.server.http.Body;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Reads JSON objects that have no structure within: names with texts, numbers or null. */
final class FlatJson {
  private static final JsonFactory FACTORY = new JsonFactory();

  private FlatJson() {}

  /**
   * The members of an object, as texts; those that are null are left out.
   *
   * @param known the names there may be
   * @throws ProblemException BAD_REQUEST
   */
  static Map<String, String> read(Body body, List<String> known) {
    Map<String, String> members = new LinkedHashMap<>();
    try (JsonParser json =
        FACTORY.createParser(ObjectReadContext.empty(), body.bytes(), 0, body.length())) {
      require(json.nextToken() == JsonToken.START_OBJECT, "is no JSON object");
      for (JsonToken token = json.nextToken();
          token != JsonToken.END_OBJECT;
          token = json.nextToken()) {
        String name = json.currentName();
        if (name == null || !known.contains(name)) {
          String shown = Names.printable(String.valueOf(name));
          require(false, "has an unknown member '" + shown + "'" + didYouMean(shown, known));
        }
        JsonToken value = json.nextToken();
        if (value == JsonToken.VALUE_STRING || value.isNumeric()) {
          members.put(String.valueOf(name), json.getString());
        } else {
          require(value == JsonToken.VALUE_NULL, "has a '" + name + "' that is no text or number");
        }
      }
      require(json.nextToken() == null, "goes on after its JSON object");
    } catch (JacksonException e) {
      throw problem("is not JSON: " + e.getOriginalMessage(), e);
    }
    return members;
  }

  private static String didYouMean(String name, List<String> known) {
    return Suggestion.didYouMean(name, known);
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw problem(otherwise, null);
    }
  }

  private static ProblemException problem(
      String what, @org.jspecify.annotations.Nullable Exception cause) {
    Problem problem =
        Problem.of(ProblemCode.BAD_REQUEST, "the body %s", Names.printable(what))
            .withHint("send one JSON object without objects or arrays in it; docs/access.md");
    return cause == null ? new ProblemException(problem) : new ProblemException(problem, cause);
  }
}
