package dev.pappus.server.invoke;

import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Suggestion;
import dev.pappus.server.http.Body;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.TokenStreamLocation;

/**
 * Reads {@code {"sets":[{"name":…,"items":[{"name":…,"key":…,"base64":…|"text":…}]}]}}. Data is
 * decoded into the array that holds the body, over the text it comes from, which is always longer:
 * a document takes no more memory than it arrived with. One thread uses it.
 */
final class SetsReader {
  private static final List<String> DOCUMENT = List.of("sets");
  private static final List<String> SET = List.of("name", "items");
  private static final List<String> ITEM = List.of("name", "key", "base64", "text");

  private final byte[] bytes;
  private final JsonParser json;
  private final SetCollector collector;

  private SetsReader(Body body, JsonParser json, SetCollector collector) {
    this.bytes = body.bytes();
    this.json = json;
    this.collector = collector;
  }

  /**
   * Reads a body, whose bytes change and then belong to the items.
   *
   * @throws ProblemException BAD_REQUEST, BAD_NAME, UNKNOWN_SET or TOO_MANY_ITEMS
   */
  static void read(Body body, SetCollector collector) {
    try (JsonParser json = open(body)) {
      SetsReader reader = new SetsReader(body, json, collector);
      try {
        reader.document();
      } catch (JacksonException e) {
        throw reader.malformed(
            Names.printable(Objects.requireNonNullElse(e.getOriginalMessage(), "no JSON")),
            json.currentLocation());
      }
    }
  }

  /** It looks at the first bytes already, for the encoding. */
  private static JsonParser open(Body body) {
    try {
      return RequestJson.open(body.bytes(), body.length());
    } catch (JacksonException e) {
      throw refused("the document is not UTF-8");
    }
  }

  private void document() {
    boolean found = false;
    json.nextToken();
    requireObject("the document");
    while (nextProperty(DOCUMENT)) {
      if (found) {
        throw twice();
      }
      found = true;
      requireArray("'sets'");
      while (json.nextToken() != JsonToken.END_ARRAY) {
        set();
      }
    }
    if (!found) {
      throw malformed("the document lacks 'sets'");
    }
    if (json.nextToken() != null) {
      throw malformed("something follows the document");
    }
  }

  private void set() {
    requireObject("a set");
    String name = null;
    List<Item> items = null;
    while (nextProperty(SET)) {
      if (json.currentName().equals("name")) {
        name = once(name, string("a set's name"));
        collector.require(name);
      } else {
        items = once(items, items(name));
      }
    }
    if (name == null || items == null) {
      throw malformed("a set lacks " + (name == null ? "'name'" : "'items'"));
    }
    for (Item item : items) {
      collector.add(name, item);
    }
  }

  private List<Item> items(@Nullable String set) {
    List<Item> items = new ArrayList<>();
    requireArray("'items'");
    while (json.nextToken() != JsonToken.END_ARRAY) {
      collector.requireRoom(set, items.size());
      items.add(item());
    }
    return items;
  }

  private Item item() {
    requireObject("an item");
    String name = null;
    Key key = null;
    MemorySegment data = null;
    while (nextProperty(ITEM)) {
      switch (json.currentName()) {
        case "name" -> name = once(name, Names.requireItemName(string("an item's name")));
        case "key" -> key = once(key, key());
        case "base64" -> data = once(data, base64());
        default -> data = once(data, text());
      }
    }
    if (name == null || data == null) {
      throw malformed("an item lacks " + (name == null ? "'name'" : "'base64' or 'text'"));
    }
    return new Item(name, key == null ? Key.ZERO : key, data);
  }

  private Key key() {
    if (json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
      long value = json.getLongValue();
      if (value >= 0 && value <= Key.MAX) {
        return Key.of(value);
      }
    }
    throw malformed("a key is a whole number from 0 to " + Key.MAX);
  }

  private MemorySegment base64() {
    int start = startOfString("'base64'");
    InPlace output = new InPlace(bytes, start);
    json.readBinaryValue(output);
    return MemorySegment.ofArray(bytes).asSlice(start, output.position - start);
  }

  private MemorySegment text() {
    int start = startOfString("'text'");
    byte[] utf8 = json.getString().getBytes(StandardCharsets.UTF_8);
    System.arraycopy(utf8, 0, bytes, start, utf8.length);
    return MemorySegment.ofArray(bytes).asSlice(start, utf8.length);
  }

  private int startOfString(String what) {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw malformed(what + " is not a string");
    }
    long offset = json.currentTokenLocation().getByteOffset();
    if (offset < 0) {
      throw malformed("the document is not UTF-8");
    }
    return (int) offset;
  }

  /** Overwrites what the parser has left behind. */
  private static final class InPlace extends OutputStream {
    private final byte[] target;
    private int position;

    InPlace(byte[] target, int position) {
      this.target = target;
      this.position = position;
    }

    @Override
    public void write(int value) {
      target[position++] = (byte) value;
    }

    @Override
    public void write(byte[] source, int offset, int count) {
      System.arraycopy(source, offset, target, position, count);
      position += count;
    }
  }

  /** Goes to the value of the next property; false at the end of the object. */
  private boolean nextProperty(List<String> known) {
    JsonToken token = json.nextToken();
    if (token == JsonToken.END_OBJECT) {
      return false;
    }
    String name = json.currentName();
    if (!known.contains(name)) {
      throw malformed(
          "property '%s' is not one of %s%s"
              .formatted(
                  Names.printable(name),
                  String.join(", ", known),
                  Suggestion.didYouMean(name, known)));
    }
    json.nextToken();
    return true;
  }

  private String string(String what) {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw malformed(what + " is not a string");
    }
    return json.getString();
  }

  private void requireObject(String what) {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw malformed(what + " is not an object");
    }
  }

  private void requireArray(String what) {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw malformed(what + " is not an array");
    }
  }

  private <T> T once(@Nullable T before, T value) {
    if (before != null) {
      throw twice();
    }
    return value;
  }

  private ProblemException twice() {
    return malformed(
        "'%s' is there twice, or together with its alternative"
            .formatted(Names.printable(json.currentName())));
  }

  private ProblemException malformed(String detail) {
    return malformed(detail, json.currentTokenLocation());
  }

  private ProblemException malformed(String detail, TokenStreamLocation location) {
    return refused(
        "%s (line %d, column %d of the body)"
            .formatted(detail, location.getLineNr(), location.getColumnNr()));
  }

  private static ProblemException refused(String detail) {
    return new ProblemException(
        Problem.of(ProblemCode.BAD_REQUEST, "%s", detail)
            .withHint(
                "the document is {\"sets\":[{\"name\":\"SET\",\"items\":[{\"name\":\"ITEM\","
                    + "\"key\":0,\"base64\":\"…\"}]}]}, with \"text\" instead of \"base64\" where"
                    + " that is easier"));
  }
}
