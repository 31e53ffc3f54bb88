package dev.pappus.dispatcher;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Bodies that several tests use. */
final class Functions {
  private Functions() {}

  /** Declarations of what {@link #register} registers. */
  static final String DECLARATIONS =
      """
      function copy (in) => (out);
      function pair (left, right) => (out);
      function nothing (in) => (out);
      function matmac (a, b, c) => (out);
      function constant () => (out);
      """;

  static TestNode register(TestNode node) {
    return node.function("copy", List.of("in"), List.of("out"), Functions::copy)
        .function("pair", List.of("left", "right"), List.of("out"), Functions::pair)
        .function("nothing", List.of("in"), List.of("out"), call -> List.of(DataSet.empty("out")))
        .function("matmac", List.of("a", "b", "c"), List.of("out"), Functions::matmac)
        .function("constant", List.of(), List.of("out"), call -> List.of(TestNode.set("c")));
  }

  /** Its input. */
  static List<DataSet> copy(JavaDriver.Call call) {
    return List.of(new DataSet("out", call.inputs().getFirst().items()));
  }

  /** One item that shows what it was given: {@code left+right}, under the first item's key. */
  static List<DataSet> pair(JavaDriver.Call call) {
    List<String> sides = new ArrayList<>();
    Key key = Key.ZERO;
    for (DataSet set : call.inputs().reversed()) {
      key = set.isEmpty() ? key : set.items().getFirst().key();
      sides.addFirst(String.join(",", set.items().stream().map(Item::text).toList()));
    }
    byte[] text = String.join("+", sides).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    return List.of(new DataSet("out", List.of(Item.of("pair", key, text))));
  }

  /** {@code A·B + C} on matrices of longs with their number of rows in front; C may be absent. */
  static List<DataSet> matmac(JavaDriver.Call call) {
    if (call.inputs().get(0).isEmpty() || call.inputs().get(1).isEmpty()) {
      return List.of(DataSet.empty("out"));
    }
    long[] a = longs(call.inputs().get(0).items().getFirst());
    long[] b = longs(call.inputs().get(1).items().getFirst());
    int rows = (int) a[0];
    int inner = (a.length - 1) / rows;
    int columns = (b.length - 1) / inner;
    long[] sum = new long[rows * columns + 1];
    if (!call.inputs().get(2).isEmpty()) {
      sum = longs(call.inputs().get(2).items().getFirst());
    }
    sum[0] = rows;
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        for (int k = 0; k < inner; k++) {
          sum[1 + i * columns + j] += a[1 + i * inner + k] * b[1 + k * columns + j];
        }
      }
    }
    return List.of(new DataSet("out", List.of(matrix(sum))));
  }

  /** A matrix: number of rows, then its elements. */
  static Item matrix(long... rowsAndElements) {
    ByteBuffer bytes =
        ByteBuffer.allocate(rowsAndElements.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (long each : rowsAndElements) {
      bytes.putLong(each);
    }
    return Item.of("m", Key.ZERO, bytes.array());
  }

  static long[] longs(Item item) {
    return item.data().toArray(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN));
  }
}
