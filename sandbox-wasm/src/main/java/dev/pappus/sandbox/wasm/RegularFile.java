package dev.pappus.sandbox.wasm;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A file's bytes: an item of an input set, which nobody can write, or an array that grows as the
 * guest writes. Holes read as zero.
 */
final class RegularFile extends FileTree.Node {
  /** Largest file: what one array can hold. */
  static final int BYTES_MAX = Integer.MAX_VALUE - 8;

  private static final byte[] NOTHING = {};

  private final MemorySpace space;
  private final @Nullable MemorySegment input;
  private byte[] bytes = NOTHING;
  private int size;
  private int openings;

  RegularFile(FileTree tree, FileTree.Directory parent) {
    super(tree, parent, false);
    space = tree.space();
    input = null;
  }

  RegularFile(FileTree tree, FileTree.Directory parent, MemorySegment input) {
    super(tree, parent, true);
    space = tree.space();
    this.input = input;
  }

  @Override
  long sizeBytes() {
    return input != null ? input.byteSize() : size;
  }

  /** The bytes as they are; those of a file that is written afterwards may change or not. */
  MemorySegment content() {
    return input != null ? input : MemorySegment.ofArray(bytes).asSlice(0, size);
  }

  /**
   * Copies bytes from {@code offset} on.
   *
   * @return how many there were
   */
  long read(long offset, MemorySegment target) {
    if (offset >= sizeBytes()) {
      return 0;
    }
    long count = Math.min(target.byteSize(), sizeBytes() - offset);
    MemorySegment.copy(content(), offset, target, 0, count);
    return count;
  }

  /** Writes all of {@code source} at {@code offset}; the file grows as it must. */
  void write(long offset, MemorySegment source) {
    requireWritable();
    if (source.byteSize() == 0) {
      return;
    }
    if (offset > BYTES_MAX - source.byteSize()) {
      throw Errno.of(Errno.FBIG);
    }
    long end = offset + source.byteSize();
    if (end > size) {
      resize(end);
    }
    MemorySegment.copy(source, 0, MemorySegment.ofArray(bytes), offset, source.byteSize());
  }

  /** Makes it that large: cut off, or filled up with zeros. */
  void resize(long newSize) {
    requireWritable();
    if (newSize > BYTES_MAX) {
      throw Errno.of(Errno.FBIG);
    }
    int wanted = (int) newSize;
    if (wanted < size) {
      shrink(wanted);
      space.giveBack(size - wanted);
    } else {
      if (!space.take(wanted - size)) {
        throw Errno.of(Errno.NOSPC);
      }
      if (wanted > bytes.length) {
        int capacity = (int) Math.max(wanted, Math.min(2L * bytes.length, BYTES_MAX));
        byte[] larger = space.array(capacity, bytes.length);
        System.arraycopy(bytes, 0, larger, 0, size);
        bytes = larger;
      }
    }
    size = wanted;
  }

  /** Keeps at most twice what the file holds: the rest of an array would be nobody's memory. */
  private void shrink(int wanted) {
    if (wanted > bytes.length / 2) {
      Arrays.fill(bytes, wanted, size, (byte) 0);
      return;
    }
    byte[] larger = bytes;
    bytes = wanted == 0 ? NOTHING : space.array(wanted, 0);
    System.arraycopy(larger, 0, bytes, 0, wanted);
    space.drop(larger);
  }

  void opened() {
    openings++;
  }

  void closed() {
    openings--;
    freeIfUnused();
  }

  /** Its bytes go back once no name leads to it and no descriptor is open. */
  void freeIfUnused() {
    if (names == 0 && openings == 0 && input == null) {
      space.giveBack(size);
      space.drop(bytes);
      size = 0;
      bytes = NOTHING;
    }
  }
}
