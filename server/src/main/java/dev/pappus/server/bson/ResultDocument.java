package dev.pappus.server.bson;

import dev.pappus.dispatcher.OutputSet;
import dev.pappus.model.Item;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The document that answers: {@code {sets: [{identifier, items: [{identifier, key, data}]}]}} in
 * this field order, keys as int64, absent sets left out, sets under their producers' names.
 */
public final class ResultDocument {
  /** Data from this size on stays where it is; smaller data is copied into the document. */
  private static final int BY_REFERENCE_BYTES = 4096;

  private static final int DOCUMENT_OVERHEAD = Integer.BYTES + 1;

  private final List<MemorySegment> pieces = new ArrayList<>();
  private final ByteArrayOutputStream pending = new ByteArrayOutputStream(256);

  private ResultDocument() {}

  /**
   * The document in pieces; large items are not copied.
   *
   * @throws ProblemException GUEST_OUTPUT_LIMIT if it is larger than a BSON document can be
   */
  public static List<MemorySegment> encode(List<OutputSet> outputs) {
    List<OutputSet> present = outputs.stream().filter(set -> !set.items().isEmpty()).toList();
    return new ResultDocument().document(present);
  }

  private List<MemorySegment> document(List<OutputSet> sets) {
    long arrayBytes = DOCUMENT_OVERHEAD;
    for (int i = 0; i < sets.size(); i++) {
      arrayBytes += elementBytes(Integer.toString(i)) + setBytes(sets.get(i));
    }
    int32(DOCUMENT_OVERHEAD + elementBytes("sets") + arrayBytes);
    element(BsonType.ARRAY, "sets");
    int32(arrayBytes);
    for (int i = 0; i < sets.size(); i++) {
      element(BsonType.DOCUMENT, Integer.toString(i));
      set(sets.get(i));
    }
    pending.write(0);
    pending.write(0);
    flush();
    return pieces;
  }

  private static long elementBytes(String name) {
    return 2L + name.length(); // type, ASCII name, NUL
  }

  private static long stringBytes(byte[] utf8) {
    return Integer.BYTES + utf8.length + 1L;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static long itemsBytes(OutputSet set) {
    long bytes = DOCUMENT_OVERHEAD;
    for (int i = 0; i < set.items().size(); i++) {
      bytes += elementBytes(Integer.toString(i)) + itemBytes(set.items().get(i));
    }
    return bytes;
  }

  private static long setBytes(OutputSet set) {
    return DOCUMENT_OVERHEAD
        + elementBytes("identifier")
        + stringBytes(utf8(set.producerName()))
        + elementBytes("items")
        + itemsBytes(set);
  }

  private static long itemBytes(Item item) {
    return DOCUMENT_OVERHEAD
        + elementBytes("identifier")
        + stringBytes(utf8(item.name()))
        + elementBytes("key")
        + Long.BYTES
        + elementBytes("data")
        + Integer.BYTES
        + 1
        + item.sizeBytes();
  }

  private void set(OutputSet set) {
    int32(setBytes(set));
    element(BsonType.STRING, "identifier");
    string(set.producerName());
    element(BsonType.ARRAY, "items");
    int32(itemsBytes(set));
    for (int i = 0; i < set.items().size(); i++) {
      element(BsonType.DOCUMENT, Integer.toString(i));
      item(set.items().get(i));
    }
    pending.write(0);
    pending.write(0);
  }

  private void item(Item item) {
    int32(itemBytes(item));
    element(BsonType.STRING, "identifier");
    string(item.name());
    element(BsonType.INT64, "key");
    int32(item.key().value() & 0xFFFF_FFFFL, true);
    int32(0);
    element(BsonType.BINARY, "data");
    int32(item.sizeBytes());
    pending.write(0); // subtype: generic
    if (item.sizeBytes() < BY_REFERENCE_BYTES) {
      pending.writeBytes(item.data().toArray(ValueLayout.JAVA_BYTE));
    } else {
      flush();
      pieces.add(item.data());
    }
    pending.write(0);
  }

  private void flush() {
    if (pending.size() > 0) {
      pieces.add(MemorySegment.ofArray(pending.toByteArray()));
      pending.reset();
    }
  }

  private void element(int type, String name) {
    pending.write(type);
    pending.writeBytes(utf8(name));
    pending.write(0);
  }

  private void string(String text) {
    byte[] utf8 = utf8(text);
    int32(utf8.length + 1L);
    pending.writeBytes(utf8);
    pending.write(0);
  }

  private void int32(long value) {
    int32(value, false);
  }

  private void int32(long value, boolean unsigned) {
    if (!unsigned && value > Integer.MAX_VALUE) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.GUEST_OUTPUT_LIMIT,
                  "the outputs are larger than the 2 GiB that a BSON document can hold")
              .withHint("return less, or write large results to a store over HTTP"));
    }
    for (int shift = 0; shift < 32; shift += 8) {
      pending.write((int) (value >>> shift));
    }
  }
}
