package dev.pappus.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * A whole file mapped read-only. Its owner closes it. The file must not be cut short meanwhile: an
 * access past its new end raises SIGBUS, which Java reports as an {@link InternalError}.
 */
public final class MappedFile implements AutoCloseable {
  private final Mapping mapping;
  private final boolean cacheIsVisible;

  private MappedFile(Mapping mapping, boolean cacheIsVisible) {
    this.mapping = mapping;
    this.cacheIsVisible = cacheIsVisible;
  }

  /**
   * Maps a file.
   *
   * @throws IOException if it is empty, not a regular file, or its size cannot be read
   * @throws LinuxException if it cannot be opened or mapped
   */
  public static MappedFile open(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new IOException("not a regular file: " + path);
    }
    long size = Files.size(path);
    if (size == 0) {
      throw new IOException("empty file: " + path);
    }
    try (FileDescriptor file = FileDescriptor.openReadOnly(path)) {
      return new MappedFile(Mapping.shared(file, size, false), cacheIsVisible(path));
    }
  }

  // Since Linux 5.2 mincore answers "all" for files that the caller neither owns nor may write.
  private static boolean cacheIsVisible(Path path) throws IOException {
    int user = LibC.geteuid();
    return user == 0 || Files.isWritable(path) || Files.getAttribute(path, "unix:uid").equals(user);
  }

  /** The file's bytes. */
  public MemorySegment segment() {
    return mapping.segment();
  }

  /** Number of pages of the file. */
  public long pages() {
    return Mapping.roundUp(mapping.sizeBytes(), Mapping.PAGE) / Mapping.PAGE;
  }

  /** How many pages are in the page cache, or empty where the kernel does not tell this user. */
  public OptionalLong cachedPages() {
    if (!cacheIsVisible) {
      return OptionalLong.empty();
    }
    try (Arena arena = Arena.ofConfined()) {
      long pages = pages();
      MemorySegment vector = arena.allocate(pages);
      mapping.resident(0, mapping.sizeBytes(), vector);
      long cached = 0;
      for (long page = 0; page < pages; page++) {
        cached += vector.get(ValueLayout.JAVA_BYTE, page) & 1;
      }
      return OptionalLong.of(cached);
    }
  }

  @Override
  public void close() {
    mapping.close();
  }
}
