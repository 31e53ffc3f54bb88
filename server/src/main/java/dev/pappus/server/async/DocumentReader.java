package dev.pappus.server.async;

import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link DocumentWriter} wrote. A disk may damage it: whatever does not fit is a
 * STORAGE_FAILED problem, and no more memory is taken than there are bytes.
 */
final class DocumentReader {
  private final byte[] source;
  private int position;

  DocumentReader(byte[] source) {
    this.source = source;
  }

  static ProblemException damaged(String why) {
    return new ProblemException(
        Problem.of(ProblemCode.STORAGE_FAILED, "a stored invocation is damaged: %s", why)
            .withHint("check the disk under the data folder, and invoke again"));
  }

  boolean bool() {
    return integer(1) != 0;
  }

  int int32() {
    return (int) integer(Integer.BYTES);
  }

  long int64() {
    return integer(Long.BYTES);
  }

  private long integer(int bytes) {
    require(bytes);
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value = value << 8 | (source[position++] & 0xFF);
    }
    return value;
  }

  private void require(int bytes) {
    if (bytes < 0 || bytes > source.length - position) {
      throw damaged("it ends too early");
    }
  }

  String text() {
    int length = int32();
    require(length);
    String text = new String(source, position, length, StandardCharsets.UTF_8);
    position += length;
    return text;
  }

  @Nullable String optionalText() {
    return bool() ? text() : null;
  }

  @Nullable Long optionalLong() {
    return bool() ? (Long) int64() : null;
  }

  /** A view of the document. */
  MemorySegment bytes() {
    int length = int32();
    require(length);
    MemorySegment view = MemorySegment.ofArray(source).asSlice(position, length);
    position += length;
    return view;
  }

  /** As many as are announced; each takes a byte at least. */
  <T> List<T> list(Function<DocumentReader, T> element) {
    int count = int32();
    require(count);
    List<T> all = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      all.add(element.apply(this));
    }
    return all;
  }

  /** The constant that {@code name} gives of an enumeration. */
  <E extends Enum<E>> E constant(Class<E> type) {
    String name = text();
    try {
      return Enum.valueOf(type, name);
    } catch (IllegalArgumentException e) {
      throw damaged("it names an unknown " + type.getSimpleName());
    }
  }

  void end() {
    if (position != source.length) {
      throw damaged("it is too long");
    }
  }
}
