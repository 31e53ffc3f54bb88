package dev.pappus.sandbox;

import dev.pappus.linux.CachedFile;
import dev.pappus.linux.Errno;
import dev.pappus.linux.LinuxException;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** What the kernel keeps in memory of files: the difference between start levels file and disk. */
public final class PageCache {
  private PageCache() {}

  /**
   * A file's bytes.
   *
   * @param fromMemory whether all of them were in memory, as far as the kernel tells
   */
  public record Content(MemorySegment bytes, boolean fromMemory) {}

  /**
   * Reads a whole file.
   *
   * @param room gives native memory for its size, in bytes, or throws
   * @param mayWait whether the disk may be waited for; where it would have to be and may not, the
   *     result is null
   * @throws NoSuchFileException if there is none
   * @throws IOException if it cannot be read, or became shorter meanwhile
   */
  public static @Nullable Content read(Path path, LongFunction<MemorySegment> room, boolean mayWait)
      throws IOException {
    try (CachedFile file = mayWait ? CachedFile.open(path) : CachedFile.tryOpenFromMemory(path)) {
      if (file == null) {
        return null;
      }
      MemorySegment bytes = room.apply(file.sizeBytes());
      boolean fromMemory = file.readFromMemory(bytes);
      if (!fromMemory && !mayWait) {
        return null;
      }
      if (!fromMemory && !file.read(bytes)) {
        throw new EOFException(path + " became shorter while it was read");
      }
      return new Content(bytes, fromMemory);
    } catch (LinuxException e) {
      if (e.errno() == Errno.ENOENT) {
        throw new NoSuchFileException(path.toString());
      }
      throw new IOException(e.getMessage(), e);
    }
  }
}
