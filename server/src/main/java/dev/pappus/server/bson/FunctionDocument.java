package dev.pappus.server.bson;

import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Names;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The document that registers a function (dandelion.md 3.4), decoded while it arrives; unknown
 * fields are ignored.
 *
 * @param spec what it says of the function
 * @param engineType the reference's word for the platform that it was built for
 * @param localPath path of the binary on the server, or empty
 * @param binary the binary, if there is no local path
 */
public record FunctionDocument(
    FunctionSpec spec, String engineType, String localPath, MemorySegment binary) {
  private static final int NAME_BYTES_MAX = 4096;
  private static final int SETS_MAX = 1024;

  /**
   * Decodes a body.
   *
   * @throws IOException if the client goes away in the middle
   * @throws ProblemException BAD_BSON, BAD_NAME, PAYLOAD_TOO_LARGE or TOO_MANY_ITEMS
   */
  public static FunctionDocument decode(InputStream body, Limits limits) throws IOException {
    return new Decoder(new BsonReader(body), limits).document();
  }

  private static final class Decoder {
    private final BsonReader reader;
    private final Limits limits;
    private final Set<String> seen = new HashSet<>();
    private final ByteSink binary;
    private long staticBytes;
    private @Nullable String name;
    private @Nullable String engineType;
    private @Nullable Long contextBytes;
    private @Nullable List<InputSet> inputs;
    private @Nullable List<String> outputs;
    private String localPath = "";
    private List<Long> minSetBytes = List.of();

    Decoder(BsonReader reader, Limits limits) {
      this.reader = reader;
      this.limits = limits;
      this.binary =
          new ByteSink(
              limits.get(Limit.BINARY_BYTES),
              actual ->
                  new ProblemException(
                      limits.exceeded(
                          ProblemCode.PAYLOAD_TOO_LARGE,
                          Limit.BINARY_BYTES,
                          "the function's binary",
                          actual)));
    }

    FunctionDocument document() throws IOException {
      reader.open();
      while (reader.next() != BsonType.END) {
        field();
      }
      reader.requireEnd();
      FunctionSpec spec =
          new FunctionSpec(
              require("name", name),
              require("input_sets", inputs),
              require("output_sets", outputs),
              require("context_size", contextBytes),
              minSetBytes);
      if (localPath.isEmpty() && !seen.contains("binary")) {
        throw reader.malformed("the document lacks 'binary'");
      }
      return new FunctionDocument(
          spec, require("engine_type", engineType), localPath, binary.segment());
    }

    private void field() throws IOException {
      String field = reader.name();
      switch (field) {
        case "name" -> name = reader.string(NAME_BYTES_MAX);
        case "context_size" -> contextBytes = reader.integer();
        case "engine_type" -> engineType = reader.string(NAME_BYTES_MAX);
        case "local_path" -> localPath = optionalString();
        case "binary" -> reader.bytes(binary);
        case "input_sets" -> inputs = inputs();
        case "output_sets" -> outputs = outputs();
        case "min_set_bytes" -> minSetBytes = minimums();
        default -> {
          reader.skip();
          return;
        }
      }
      if (!seen.add(field)) {
        throw reader.malformed("field '" + field + "' occurs twice");
      }
    }

    private <T> T require(String field, @Nullable T value) {
      if (value == null) {
        throw reader.malformed("the document lacks '" + field + "'");
      }
      return value;
    }

    private String optionalString() throws IOException {
      return reader.at(BsonType.NULL) ? "" : reader.string(NAME_BYTES_MAX);
    }

    private void openArray() throws IOException {
      if (!reader.at(BsonType.ARRAY)) {
        throw reader.unexpected("an array");
      }
      reader.open();
    }

    private void expectElement() throws IOException {
      if (reader.next() == BsonType.END) {
        throw reader.malformed("a pair of name and content is too short");
      }
    }

    private void closePair() throws IOException {
      if (reader.next() != BsonType.END) {
        throw reader.malformed("a pair of name and content has a third element");
      }
    }

    private List<InputSet> inputs() throws IOException {
      openArray();
      List<InputSet> sets = new ArrayList<>();
      while (reader.next() != BsonType.END) {
        requireRoom(sets.size());
        openArray();
        expectElement();
        String set = reader.string(NAME_BYTES_MAX);
        expectElement();
        List<Item> items = reader.at(BsonType.NULL) ? List.of() : staticItems();
        closePair();
        sets.add(new InputSet(set, items));
      }
      return sets;
    }

    private List<Item> staticItems() throws IOException {
      openArray();
      List<Item> items = new ArrayList<>();
      while (reader.next() != BsonType.END) {
        if (items.size() >= limits.get(Limit.SET_ITEMS)) {
          throw new ProblemException(
              limits.exceeded(
                  ProblemCode.TOO_MANY_ITEMS,
                  Limit.SET_ITEMS,
                  "items in a static set",
                  items.size() + 1L));
        }
        openArray();
        expectElement();
        String item = Names.requireItemName(reader.string(NAME_BYTES_MAX));
        expectElement();
        items.add(Item.of(item, Key.ZERO, staticContent()));
        closePair();
      }
      return items;
    }

    /** All static content of a function counts like the body of one request. */
    private byte[] staticContent() throws IOException {
      ByteSink content =
          new ByteSink(
              limits.get(Limit.REQUEST_BODY) - staticBytes,
              actual ->
                  new ProblemException(
                      limits.exceeded(
                          ProblemCode.PAYLOAD_TOO_LARGE,
                          Limit.REQUEST_BODY,
                          "static content of a function",
                          staticBytes + actual)));
      reader.bytes(content);
      staticBytes += content.length();
      return content.toBytes();
    }

    private List<String> outputs() throws IOException {
      openArray();
      List<String> names = new ArrayList<>();
      while (reader.next() != BsonType.END) {
        requireRoom(names.size());
        names.add(reader.string(NAME_BYTES_MAX));
      }
      return names;
    }

    private List<Long> minimums() throws IOException {
      if (reader.at(BsonType.NULL)) {
        return List.of();
      }
      openArray();
      List<Long> minimums = new ArrayList<>();
      while (reader.next() != BsonType.END) {
        requireRoom(minimums.size());
        long minimum = reader.integer();
        if (minimum < 0) {
          throw reader.malformed("min_set_bytes holds " + minimum);
        }
        minimums.add(minimum);
      }
      return minimums;
    }

    private void requireRoom(int size) {
      if (size >= SETS_MAX) {
        throw reader.malformed("a function has at most " + SETS_MAX + " sets");
      }
    }
  }
}
