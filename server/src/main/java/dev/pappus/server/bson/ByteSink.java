package dev.pappus.server.bson;

import dev.pappus.model.ProblemException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.LongFunction;

/** Collects bytes up to a limit. One thread uses it. */
final class ByteSink {
  private final long limitBytes;
  private final LongFunction<ProblemException> tooMany;
  private byte[] bytes = new byte[0];
  private int length;

  /**
   * A sink.
   *
   * @param tooMany makes the problem of a size over {@code limitBytes}
   */
  ByteSink(long limitBytes, LongFunction<ProblemException> tooMany) {
    this.limitBytes = Math.min(limitBytes, Integer.MAX_VALUE - 64L);
    this.tooMany = tooMany;
  }

  void append(byte value) {
    reserve(1);
    bytes[length++] = value;
  }

  void append(byte[] source, int offset, int count) {
    reserve(count);
    System.arraycopy(source, offset, bytes, length, count);
    length += count;
  }

  private void reserve(int more) {
    long needed = (long) length + more;
    if (needed > limitBytes) {
      throw tooMany.apply(needed);
    }
    if (needed > bytes.length) {
      long capacity = Math.max(needed, Math.max(1024, 2L * bytes.length));
      bytes = Arrays.copyOf(bytes, (int) Math.min(capacity, limitBytes));
    }
  }

  int length() {
    return length;
  }

  /** What has been collected, without a copy. */
  MemorySegment segment() {
    return MemorySegment.ofArray(bytes).asSlice(0, length);
  }

  /** A copy of what has been collected. */
  byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }
}
