package dev.pappus.server.bson;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Names;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The document that invokes: {@code {name | composition, sets: [{identifier, items: [{identifier,
 * key, data}]}]}}, exactly these fields in any order (dandelion.md 3.4).
 *
 * @param name what is registered; null if a composition came along
 * @param composition text of a one-shot composition; null if a name came along
 * @param sets the sets by position, under the identifiers that the client gave them; item bytes are
 *     slices of the body
 */
public record InvocationDocument(
    @Nullable String name, @Nullable String composition, List<DataSet> sets) {
  private static final int IDENTIFIER_BYTES_MAX = 4096;

  public InvocationDocument {
    sets = List.copyOf(sets);
  }

  /**
   * Decodes a body.
   *
   * @param bytes holds the body from its start; must not change any more
   * @param length size of the body
   * @throws ProblemException BAD_BSON, BAD_NAME, TOO_MANY_ITEMS or PAYLOAD_TOO_LARGE
   */
  public static InvocationDocument decode(byte[] bytes, int length, Limits limits) {
    try {
      return new Decoder(new BsonReader(bytes, length), limits).document();
    } catch (IOException e) {
      throw new UncheckedIOException("an array does no I/O", e);
    }
  }

  /**
   * Decodes a body that says nothing of what it invokes: {@code {sets: […]}}.
   *
   * @throws ProblemException BAD_BSON, BAD_NAME, TOO_MANY_ITEMS or PAYLOAD_TOO_LARGE
   */
  public static List<DataSet> decodeSets(byte[] bytes, int length, Limits limits) {
    try {
      return new Decoder(new BsonReader(bytes, length), limits).setsAlone();
    } catch (IOException e) {
      throw new UncheckedIOException("an array does no I/O", e);
    }
  }

  private record Decoder(BsonReader reader, Limits limits) {
    InvocationDocument document() throws IOException {
      String name = null;
      String composition = null;
      List<DataSet> sets = null;
      reader.open();
      while (reader.next() != BsonType.END) {
        switch (reader.name()) {
          case "name" -> name = once(name, reader.string(IDENTIFIER_BYTES_MAX));
          case "composition" ->
              composition = once(composition, reader.string(limits.count(Limit.COMPOSITION_TEXT)));
          case "sets" -> sets = once(sets, sets());
          default -> throw unknownField("name, composition, sets");
        }
      }
      reader.requireEnd();
      if ((name == null) == (composition == null)) {
        throw reader.malformed("the document must have either 'name' or 'composition'");
      }
      if (sets == null) {
        throw reader.malformed("the document lacks 'sets'");
      }
      return new InvocationDocument(name, composition, sets);
    }

    List<DataSet> setsAlone() throws IOException {
      List<DataSet> sets = null;
      reader.open();
      while (reader.next() != BsonType.END) {
        if (!reader.name().equals("sets")) {
          throw unknownField("sets");
        }
        sets = once(sets, sets());
      }
      reader.requireEnd();
      if (sets == null) {
        throw reader.malformed("the document lacks 'sets'");
      }
      return sets;
    }

    private List<DataSet> sets() throws IOException {
      requireArray();
      List<DataSet> sets = new ArrayList<>();
      while (reader.next() != BsonType.END) {
        sets.add(set());
      }
      return sets;
    }

    private DataSet set() throws IOException {
      requireDocument();
      String identifier = null;
      List<Item> items = null;
      while (reader.next() != BsonType.END) {
        switch (reader.name()) {
          case "identifier" -> identifier = once(identifier, reader.string(IDENTIFIER_BYTES_MAX));
          case "items" -> items = once(items, items());
          default -> throw unknownField("identifier, items");
        }
      }
      if (identifier == null || items == null) {
        throw reader.malformed("a set lacks " + (items == null ? "'items'" : "'identifier'"));
      }
      return new DataSet(identifier, items);
    }

    private List<Item> items() throws IOException {
      requireArray();
      List<Item> items = new ArrayList<>();
      while (reader.next() != BsonType.END) {
        if (items.size() >= limits.get(Limit.SET_ITEMS)) {
          throw new ProblemException(
              limits.exceeded(
                  ProblemCode.TOO_MANY_ITEMS,
                  Limit.SET_ITEMS,
                  "items in one set",
                  items.size() + 1L));
        }
        items.add(item());
      }
      return items;
    }

    private Item item() throws IOException {
      requireDocument();
      String identifier = null;
      Long key = null;
      MemorySegment data = null;
      while (reader.next() != BsonType.END) {
        switch (reader.name()) {
          case "identifier" -> identifier = once(identifier, reader.string(IDENTIFIER_BYTES_MAX));
          case "key" -> key = once(key, reader.integer());
          case "data" -> data = once(data, reader.binarySlice());
          default -> throw unknownField("identifier, key, data");
        }
      }
      if (identifier == null || key == null || data == null) {
        throw reader.malformed("an item must have 'identifier', 'key' and 'data'");
      }
      if (key < 0 || key > Key.MAX) {
        throw reader.malformed("key " + key + " is not an unsigned 32-bit number");
      }
      return new Item(Names.requireItemName(identifier), Key.of(key), data);
    }

    private void requireArray() throws IOException {
      if (!reader.at(BsonType.ARRAY)) {
        throw reader.unexpected("an array");
      }
      reader.open();
    }

    private void requireDocument() throws IOException {
      if (!reader.at(BsonType.DOCUMENT)) {
        throw reader.unexpected("a document");
      }
      reader.open();
    }

    private <T> T once(@Nullable T before, T value) {
      if (before != null) {
        throw reader.malformed("a field occurs twice");
      }
      return value;
    }

    private ProblemException unknownField(String known) {
      return reader.malformed(
          "field '%s' is not one of %s".formatted(Names.printable(reader.name()), known));
    }
  }
}
