package dev.pappus.model;

import java.lang.foreign.MemorySegment;

/**
 * The bytes of an item, wherever they lie. They never change as long as they can be read. Any
 * thread may read them.
 */
public interface ItemBytes {
  /** How many they are. */
  long sizeBytes();

  /**
   * Copies those from {@code offset} on until {@code target} is full.
   *
   * @throws IndexOutOfBoundsException if there are not so many
   * @throws ProblemException with CANCELLED if they are gone
   */
  void copyTo(long offset, MemorySegment target);

  /**
   * All of them in memory that lives as long as the result does; a copy if they lie elsewhere.
   *
   * @throws ProblemException with CANCELLED if they are gone
   */
  MemorySegment inMemory();

  /**
   * Bytes that are in memory already.
   *
   * @param data heap memory, or native memory in an automatic arena; it does not change any more
   */
  static ItemBytes of(MemorySegment data) {
    return new InMemory(data);
  }

  /**
   * Bytes in memory that lives as long as this does.
   *
   * @param inMemory the memory
   */
  record InMemory(MemorySegment inMemory) implements ItemBytes {
    @Override
    public long sizeBytes() {
      return inMemory.byteSize();
    }

    @Override
    public void copyTo(long offset, MemorySegment target) {
      MemorySegment.copy(inMemory, offset, target, 0, target.byteSize());
    }
  }
}
