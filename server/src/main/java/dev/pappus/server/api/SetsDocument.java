package dev.pappus.server.api;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Suggestion;
import dev.pappus.server.http.Body;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Reads {@code application/vnd.pappus.sets+json}. */
final class SetsDocument {
  private static final JsonFactory FACTORY = new JsonFactory();

  private SetsDocument() {}

  /**
   * The sets of a document.
   *
   * @param inputs the input sets that there are
   * @throws ProblemException BAD_REQUEST, BAD_NAME or UNKNOWN_SET
   */
  static List<DataSet> read(Body body, List<String> inputs) {
    List<DataSet> sets = new ArrayList<>();
    try (JsonParser json =
        FACTORY.createParser(ObjectReadContext.empty(), body.bytes(), 0, body.length())) {
      json.nextToken();
      object(json, member -> {
        require(json, member.equals("sets"), "'sets' as the only member");
        array(json, () -> sets.add(set(json, inputs)));
      });
      require(json, json.nextToken() == null, "nothing after the document");
    } catch (JacksonException e) {
      throw new ProblemException(malformed(String.valueOf(e.getOriginalMessage())), e);
    }
    return sets;
  }

  private static DataSet set(JsonParser json, List<String> inputs) {
    String[] name = {""};
    List<Item> items = new ArrayList<>();
    object(json, member -> {
      switch (member) {
        case "name" -> name[0] = json.getValueAsString("");
        case "items" -> array(json, () -> items.add(item(json)));
        default -> require(json, false, "the members name and items");
      }
    });
    if (!inputs.contains(name[0])) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.UNKNOWN_SET,
                  "there is no input set '%s'%s",
                  Names.printable(name[0]),
                  Suggestion.didYouMean(name[0], inputs))
              .withHint("its input sets: " + String.join(", ", inputs)));
    }
    return new DataSet(name[0], items);
  }

  private static Item item(JsonParser json) {
    String[] name = {""};
    Key[] key = {Key.ZERO};
    byte[][] data = {new byte[0]};
    object(json, member -> {
      switch (member) {
        case "name" -> name[0] = Names.requireItemName(json.getValueAsString(""));
        case "key" -> {
          require(
              json,
              json.currentToken() == JsonToken.VALUE_NUMBER_INT
                  && json.getLongValue() >= 0
                  && json.getLongValue() <= Key.MAX,
              "a key from 0 to " + Key.MAX);
          key[0] = Key.of(json.getLongValue());
        }
        case "base64" -> data[0] = json.getBinaryValue();
        case "text" ->
            data[0] =
                json.getValueAsString("").getBytes(java.nio.charset.StandardCharsets.UTF_8);
        default -> require(json, false, "the members name, key, base64 and text");
      }
    });
    return Item.of(name[0], key[0], data[0]);
  }

  private static void object(JsonParser json, Consumer<String> member) {
    require(json, json.currentToken() == JsonToken.START_OBJECT, "an object");
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = json.currentName();
      json.nextToken();
      member.accept(name);
    }
  }

  private static void array(JsonParser json, Runnable element) {
    require(json, json.currentToken() == JsonToken.START_ARRAY, "an array");
    while (json.nextToken() != JsonToken.END_ARRAY) {
      element.run();
    }
  }

  private static void require(JsonParser json, boolean holds, String expected) {
    if (!holds) {
      throw new ProblemException(
          malformed(
              "expected "
                  + expected
                  + " at byte "
                  + json.currentTokenLocation().getByteOffset()));
    }
  }

  private static Problem malformed(String detail) {
    return Problem.of(ProblemCode.BAD_REQUEST, "the sets cannot be read: %s", detail)
        .withHint(
            "send {\"sets\":[{\"name\":\"SET\",\"items\":[{\"name\":\"ITEM\",\"key\":0,"
                + "\"base64\":\"…\"}]}]}");
  }
}
