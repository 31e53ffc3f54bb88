package dev.pappus.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.pappus.linux.struct.Stat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file of which one wants to know whether the kernel has it in memory. One thread at a time may
 * use it.
 */
public final class CachedFile implements AutoCloseable {
  /** {@code <linux/fs.h>}: fail where the disk would have to be waited for. */
  private static final int RWF_NOWAIT = 8;

  private final Path path;
  private final FileDescriptor file;
  private final long sizeBytes;
  private final int owner;
  private final boolean regular;

  private CachedFile(Path path, FileDescriptor file) {
    this.path = path;
    this.file = file;
    boolean complete = false;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(Stat.LAYOUT);
      LibC.check(LibC.fstat(file.number(), status), "fstat", path.toString());
      sizeBytes = status.get(JAVA_LONG, Stat.SIZE);
      owner = status.get(JAVA_INT, Stat.UID);
      regular = (status.get(JAVA_INT, Stat.MODE) & Stat.TYPE) == Stat.REGULAR;
      complete = true;
    } finally {
      if (!complete) {
        file.close();
      }
    }
  }

  /**
   * Opens a file for reading.
   *
   * @throws LinuxException if it cannot be opened or looked at
   */
  public static CachedFile open(Path path) {
    return new CachedFile(path, FileDescriptor.openReadOnly(path));
  }

  /**
   * The same if that needs no disk; null if it does, or the kernel cannot tell.
   *
   * @throws LinuxException if it cannot be opened or looked at
   */
  public static @Nullable CachedFile tryOpenFromMemory(Path path) {
    FileDescriptor file = FileDescriptor.tryOpenFromMemory(path);
    return file == null ? null : new CachedFile(path, file);
  }

  /** Its size when it was opened. */
  public long sizeBytes() {
    return sizeBytes;
  }

  /**
   * Fills {@code into} from the file's beginning without waiting for a disk.
   *
   * @param into native memory, no larger than the file
   * @return false if not all of that is in the page cache, or the kernel does not tell this user;
   *     then {@code into} is as it may be
   * @throws LinuxException if it cannot be read
   */
  public boolean readFromMemory(MemorySegment into) {
    long done = LibC.preadv2(file.number(), into, 0, RWF_NOWAIT);
    if (done == -Errno.EOPNOTSUPP) {
      return isInMemory() && read(into);
    }
    if (done == -Errno.EAGAIN) {
      return false;
    }
    return LibC.check(done, "preadv2", path.toString()) == into.byteSize();
  }

  /**
   * The same, however long it takes.
   *
   * @return false if the file has become shorter than that
   */
  public boolean read(MemorySegment into) {
    long done = 0;
    while (done < into.byteSize()) {
      long more = LibC.preadv2(file.number(), into.asSlice(done), done, 0);
      if (LibC.check(more, "preadv2", path.toString()) == 0) {
        return false;
      }
      done += more;
    }
    return true;
  }

  /** What file systems that cannot read without waiting can tell, as far as this user may know. */
  private boolean isInMemory() {
    if (!regular || !tells()) {
      return false;
    }
    if (sizeBytes == 0) {
      return true;
    }
    try (Arena arena = Arena.ofConfined()) {
      int pages = Math.toIntExact(Mapping.roundUp(sizeBytes, Mapping.PAGE) / Mapping.PAGE);
      MemorySegment vector = arena.allocate(pages);
      look(vector);
      for (int page = 0; page < pages; page++) {
        if ((vector.get(JAVA_BYTE, page) & 1) == 0) {
          return false;
        }
      }
      return true;
    }
  }

  // Since Linux 5.2 mincore answers "all" for files that the caller neither owns nor may write.
  private boolean tells() {
    int user = LibC.geteuid();
    return user == 0 || user == owner || Files.isWritable(path);
  }

  /** The mapping is never read, so that it needs no {@link Mapping}, which is dear to close. */
  private void look(MemorySegment vector) {
    long address = Mapping.mapReadOnly(file, sizeBytes);
    try {
      LibC.check(LibC.mincore(address, sizeBytes, vector), "mincore", sizeBytes + " bytes");
    } finally {
      int _ = LibC.munmap(address, Mapping.roundUp(sizeBytes, Mapping.PAGE));
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
