package dev.pappus.server.invoke;

import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Collects a text of unknown length in pieces, so that nothing is copied again as it grows; large
 * data can be put between them without a copy. One thread uses it.
 */
final class SegmentOutput extends OutputStream {
  private static final int PIECE_BYTES_MIN = 512;
  private static final int PIECE_BYTES_MAX = 1 << 20;

  /** Data from this size on stays where it is. */
  private static final int BY_REFERENCE_BYTES = 4096;

  private final List<MemorySegment> pieces = new ArrayList<>();
  private byte[] current = new byte[PIECE_BYTES_MIN];
  private int start;
  private int end;

  @Override
  public void write(int value) {
    if (end == current.length) {
      next();
    }
    current[end++] = (byte) value;
  }

  @Override
  public void write(byte[] bytes, int offset, int count) {
    Objects.checkFromIndexSize(offset, count, bytes.length);
    int done = 0;
    while (done < count) {
      if (end == current.length) {
        next();
      }
      int some = Math.min(count - done, current.length - end);
      System.arraycopy(bytes, offset + done, current, end, some);
      end += some;
      done += some;
    }
  }

  /** Adds data that does not change any more. */
  void add(MemorySegment data) {
    if (data.byteSize() < BY_REFERENCE_BYTES) {
      byte[] copy = data.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
      write(copy, 0, copy.length);
      return;
    }
    cut();
    pieces.add(data);
  }

  private void next() {
    cut();
    current = new byte[Math.min(PIECE_BYTES_MAX, 2 * current.length)];
    start = 0;
    end = 0;
  }

  private void cut() {
    if (end > start) {
      pieces.add(MemorySegment.ofArray(current).asSlice(start, end - start));
      start = end;
    }
  }

  /** What has been collected. */
  List<MemorySegment> pieces() {
    cut();
    return pieces;
  }
}
