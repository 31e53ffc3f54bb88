package dev.pappus.bench.load;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Limits;
import dev.pappus.model.ProblemException;
import dev.pappus.server.bson.InvocationDocument;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** The documents of the reference's protocol, as its clients write and read them. */
public final class Bson {
  private static final int STRING = 2;
  private static final int DOCUMENT = 3;
  private static final int ARRAY = 4;
  private static final int BINARY = 5;
  private static final int INT64 = 18;

  private Bson() {}

  /** {@code {name, sets: [{identifier, items: [{identifier, key, data}]}]}} with one item. */
  public static byte[] invocation(String function, String set, String item, byte[] data) {
    byte[] itemDocument =
        document(
            string("identifier", item),
            element(INT64, "key", new byte[Long.BYTES]),
            element(BINARY, "data", binary(data)));
    byte[] setDocument =
        document(
            string("identifier", set),
            element(ARRAY, "items", document(element(DOCUMENT, "0", itemDocument))));
    return document(
        string("name", function),
        element(ARRAY, "sets", document(element(DOCUMENT, "0", setDocument))));
  }

  private static byte[] document(byte[]... elements) {
    int bytes = Integer.BYTES + 1 + Arrays.stream(elements).mapToInt(each -> each.length).sum();
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes);
    out.writeBytes(int32(bytes));
    Arrays.stream(elements).forEach(out::writeBytes);
    out.write(0);
    return out.toByteArray();
  }

  private static byte[] element(int type, String name, byte[] value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(type);
    out.writeBytes(name.getBytes(StandardCharsets.UTF_8));
    out.write(0);
    out.writeBytes(value);
    return out.toByteArray();
  }

  private static byte[] string(String name, String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(int32(utf8.length + 1));
    out.writeBytes(utf8);
    out.write(0);
    return element(STRING, name, out.toByteArray());
  }

  private static byte[] binary(byte[] data) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(int32(data.length));
    out.write(0); // subtype: generic
    out.writeBytes(data);
    return out.toByteArray();
  }

  private static byte[] int32(int value) {
    return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }

  /** An answer whose only item holds {@code expected}, whatever set and item are called. */
  public static Request.AnswerCheck onlyItem(byte[] expected) {
    return (body, length) -> {
      List<Item> items;
      try {
        items =
            InvocationDocument.decodeSets(body, length, Limits.DEFAULTS).stream()
                .map(DataSet::items)
                .flatMap(List::stream)
                .toList();
      } catch (ProblemException e) {
        return false;
      }
      return items.size() == 1
          && Arrays.equals(items.getFirst().data().toArray(ValueLayout.JAVA_BYTE), expected);
    };
  }
}
