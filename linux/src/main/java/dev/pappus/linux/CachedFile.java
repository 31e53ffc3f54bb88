package dev.pappus.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.pappus.linux.struct.Stat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel keeps in memory of files. Any thread may ask. */
public final class CachedFile {
  private CachedFile() {}

  /**
   * Whether every page of a file is in the page cache now. True also where the kernel does not tell
   * this user, and of what is empty or no regular file.
   *
   * @throws LinuxException if it cannot be opened or looked at
   */
  public static boolean isInMemory(Path path) {
    try (FileDescriptor file = FileDescriptor.openReadOnly(path);
        Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(Stat.LAYOUT);
      LibC.check(LibC.fstat(file.number(), status), "fstat", path.toString());
      long size = status.get(JAVA_LONG, Stat.SIZE);
      boolean regular = (status.get(JAVA_INT, Stat.MODE) & Stat.TYPE) == Stat.REGULAR;
      if (!regular || size == 0 || !tells(path, status.get(JAVA_INT, Stat.UID))) {
        return true;
      }
      int pages = Math.toIntExact(Mapping.roundUp(size, Mapping.PAGE) / Mapping.PAGE);
      MemorySegment vector = arena.allocate(pages);
      look(file, size, vector);
      for (int page = 0; page < pages; page++) {
        if ((vector.get(JAVA_BYTE, page) & 1) == 0) {
          return false;
        }
      }
      return true;
    }
  }

  // Since Linux 5.2 mincore answers "all" for files that the caller neither owns nor may write.
  private static boolean tells(Path path, int owner) {
    int user = LibC.geteuid();
    return user == 0 || user == owner || Files.isWritable(path);
  }

  /** The mapping is never read, so that it needs no {@link Mapping}, which is dear to close. */
  private static void look(FileDescriptor file, long size, MemorySegment vector) {
    long address = Mapping.mapReadOnly(file, size);
    try {
      LibC.check(LibC.mincore(address, size, vector), "mincore", size + " bytes");
    } finally {
      int _ = LibC.munmap(address, Mapping.roundUp(size, Mapping.PAGE));
    }
  }
}
