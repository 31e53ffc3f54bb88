package dev.pappus.sandbox;

import java.lang.foreign.MemorySegment;

/**
 * The host's view of one guest's linear context while the guest does not run. Memory that nobody
 * has written since the context was acquired reads as zero, the guard and page 0 included.
 */
public interface GuestMemory {
  /** Size of the context; addresses run from 0 to this, exclusive. */
  long sizeBytes();

  /**
   * Whether {@code bytes} bytes from {@code address} on are the guest's, so that they can be read.
   * Both may be any number.
   */
  default boolean contains(long address, long bytes) {
    long size = sizeBytes();
    return address >= 0 && bytes >= 0 && bytes <= size && address <= size - bytes;
  }

  /**
   * Copies all of {@code source} to guest address {@code address}.
   *
   * @throws IndexOutOfBoundsException if that leaves the context; nothing is written then
   */
  void write(long address, MemorySegment source);

  /**
   * Fills all of {@code target} from guest address {@code address}.
   *
   * @throws IndexOutOfBoundsException if that leaves the context; nothing is read then
   */
  void read(long address, MemorySegment target);
}
