package dev.pappus.server.async;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes a binary document of known size: its content is walked twice, first to count, so that a
 * large one is not copied while it grows. Numbers are big-endian.
 */
final class DocumentWriter {
  private final byte @Nullable [] target;
  private long position;

  /**
   * A walk over the content.
   *
   * @param target takes the bytes; null if they are only to be counted
   */
  private DocumentWriter(byte @Nullable [] target) {
    this.target = target;
  }

  /** The document that {@code content} writes; it must write the same each time. */
  static byte[] write(Consumer<DocumentWriter> content) {
    DocumentWriter counter = new DocumentWriter(null);
    content.accept(counter);
    byte[] document = new byte[Math.toIntExact(counter.position)];
    content.accept(new DocumentWriter(document));
    return document;
  }

  void bool(boolean value) {
    integer(value ? 1 : 0, 1);
  }

  void int32(int value) {
    integer(value, Integer.BYTES);
  }

  void int64(long value) {
    integer(value, Long.BYTES);
  }

  private void integer(long value, int bytes) {
    if (target != null) {
      for (int i = 0; i < bytes; i++) {
        target[(int) position + i] = (byte) (value >>> (8 * (bytes - 1 - i)));
      }
    }
    position += bytes;
  }

  void text(String value) {
    bytes(MemorySegment.ofArray(value.getBytes(StandardCharsets.UTF_8)));
  }

  void optionalText(@Nullable String value) {
    bool(value != null);
    if (value != null) {
      text(value);
    }
  }

  void optionalLong(@Nullable Long value) {
    bool(value != null);
    if (value != null) {
      int64(value);
    }
  }

  void bytes(MemorySegment value) {
    int32(Math.toIntExact(value.byteSize()));
    if (target != null) {
      MemorySegment.copy(
          value, ValueLayout.JAVA_BYTE, 0, target, (int) position, (int) value.byteSize());
    }
    position += value.byteSize();
  }
}
