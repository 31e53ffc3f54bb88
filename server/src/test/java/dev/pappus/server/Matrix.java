package dev.pappus.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;

/**
 * A matrix as the guests matmul and matmac take it.
 *
 * @param words the number of rows, then the values row by row
 */
record Matrix(List<Long> words) {
  static Matrix of(long rows, long... values) {
    return new Matrix(
        LongStream.concat(LongStream.of(rows), Arrays.stream(values)).boxed().toList());
  }

  /** A square matrix whose element {@code i}, counted from 1, is what {@code value} says. */
  static Matrix square(int rows, LongUnaryOperator value) {
    return of(rows, LongStream.rangeClosed(1, (long) rows * rows).map(value).toArray());
  }

  /** The matrix that is the only item of {@code set}, whose key must be 0. */
  static Matrix in(DataSet set) {
    assertThat(set.items()).hasSize(1);
    assertThat(set.items().getFirst().key()).isEqualTo(Key.ZERO);
    return in(set.items().getFirst());
  }

  static Matrix in(Item item) {
    ByteBuffer bytes = ByteBuffer.wrap(item.toBytes()).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(bytes.remaining() % Long.BYTES).isZero();
    List<Long> words = new ArrayList<>();
    while (bytes.hasRemaining()) {
      words.add(bytes.getLong());
    }
    return new Matrix(words);
  }

  byte[] bytes() {
    ByteBuffer bytes =
        ByteBuffer.allocate(Long.BYTES * words.size()).order(ByteOrder.LITTLE_ENDIAN);
    words.forEach(bytes::putLong);
    return bytes.array();
  }

  Item item(long key) {
    return Item.of("matrix", Key.of(key), bytes());
  }

  DataSet set() {
    return new DataSet("ignored", List.of(item(0)));
  }
}
