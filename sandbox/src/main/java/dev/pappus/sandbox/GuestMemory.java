package dev.pappus.sandbox;

import dev.pappus.model.ItemBytes;
import java.lang.foreign.MemorySegment;

/**
 * The host's view of one guest's linear context while the guest does not run. Memory that nobody
 * has written since the context was acquired reads as zero, the guard and page 0 included. Belongs
 * to its context's thread, but any thread may read what a {@link SealedContext} lends, and write
 * above the image where an {@link InputCollector} gives it a place.
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
  default void write(long address, MemorySegment source) {
    write(address, ItemBytes.of(source));
  }

  /**
   * Copies all of {@code source} to guest address {@code address}, straight from where it lies.
   *
   * @throws IndexOutOfBoundsException if that leaves the context; nothing is written then
   * @throws dev.pappus.model.ProblemException with CANCELLED if the bytes are gone; part of them
   *     may be written then
   */
  void write(long address, ItemBytes source);

  /**
   * Fills all of {@code target} from guest address {@code address}.
   *
   * @throws IndexOutOfBoundsException if that leaves the context; nothing is read then
   */
  void read(long address, MemorySegment target);
}
