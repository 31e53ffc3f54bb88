package dev.pappus.sandbox.wasm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What a run prints to stdout or stderr: all of it where it is an output, else its end. */
final class StandardStream {
  /** Bytes of the end that are kept in any case. */
  static final int TAIL_BYTES = 4096;

  private final @Nullable RegularFile all;
  private final byte[] tail = new byte[TAIL_BYTES];
  private long total;

  /** A stream that goes into {@code all}, or nowhere. */
  StandardStream(@Nullable RegularFile all) {
    this.all = all;
  }

  void write(MemorySegment text) {
    if (all != null) {
      all.write(all.sizeBytes(), text);
    }
    long skipped = Math.max(0, text.byteSize() - TAIL_BYTES);
    for (long at = skipped; at < text.byteSize(); at++) {
      tail[(int) ((total + at) % TAIL_BYTES)] = text.get(ValueLayout.JAVA_BYTE, at);
    }
    total += text.byteSize();
  }

  boolean isEmpty() {
    return total == 0;
  }

  /** The end, as UTF-8; a character whose beginning is cut off is left out. */
  String lastWords() {
    int length = (int) Math.min(total, TAIL_BYTES);
    byte[] text = new byte[length];
    for (int i = 0; i < length; i++) {
      text[i] = tail[(int) ((total - length + i) % TAIL_BYTES)];
    }
    int from = 0;
    while (total > TAIL_BYTES && from < 3 && (text[from] & 0xC0) == 0x80) {
      from++;
    }
    return new String(text, from, length - from, StandardCharsets.UTF_8);
  }
}
