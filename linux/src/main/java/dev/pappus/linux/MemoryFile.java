package dev.pappus.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.pappus.linux.struct.Stat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Memory without a name in any file system, which several processes can map. It goes when the last
 * descriptor and mapping of it go, however their processes end. Its owner closes it.
 */
public final class MemoryFile implements AutoCloseable {
  private static final int MFD_CLOEXEC = 1;
  private static final int MFD_ALLOW_SEALING = 2;
  private static final int MFD_NOEXEC_SEAL = 8;
  private static final int F_ADD_SEALS = 1033;
  private static final int F_SEAL_SHRINK = 2;
  private static final int F_SEAL_GROW = 4;
  private static final int FALLOC_FL_KEEP_SIZE = 1;
  private static final int FALLOC_FL_PUNCH_HOLE = 2;
  private static final int SEEK_DATA = 3;
  private static final int SEEK_HOLE = 4;

  private static final int BLOCK_BYTES = 512;

  private final FileDescriptor file;
  private final long sizeBytes;
  private final MemorySegment status = Arena.ofAuto().allocate(Stat.LAYOUT);

  private MemoryFile(FileDescriptor file, long sizeBytes) {
    this.file = file;
    this.sizeBytes = sizeBytes;
  }

  /**
   * Zeroed memory of a size that nobody can change any more, which takes pages as they are touched.
   *
   * @param name for people who look at /proc
   * @param sizeBytes a multiple of {@link Mapping#PAGE}
   */
  public static MemoryFile create(String name, long sizeBytes) {
    FileDescriptor file = new FileDescriptor(open(name), name);
    try {
      LibC.check(LibC.ftruncate(file.number(), sizeBytes), "ftruncate", sizeBytes + " bytes");
      LibC.check(
          LibC.fcntl(file.number(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW),
          "fcntl(F_ADD_SEALS)",
          name);
      return new MemoryFile(file, sizeBytes);
    } catch (LinuxException e) {
      file.close();
      throw e;
    }
  }

  private static int open(String name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(name);
      int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
      int number = LibC.memfdCreate(text, flags | MFD_NOEXEC_SEAL);
      if (number == -Errno.EINVAL) {
        // Before Linux 6.3; execve of it is not forbidden then, and not possible for those inside.
        number = LibC.memfdCreate(text, flags);
      }
      return LibC.check(number, "memfd_create", name);
    }
  }

  /** Its descriptor, to be handed to other processes; belongs to this. */
  public FileDescriptor descriptor() {
    return file;
  }

  /** Its size. */
  public long sizeBytes() {
    return sizeBytes;
  }

  /** A view of all of it, readable and writable, which its owner closes. */
  public Mapping map() {
    return Mapping.shared(file, sizeBytes, true);
  }

  /**
   * The first page at or after {@code offset} that is in memory, or {@link #sizeBytes} if there is
   * none. Not for two threads at once, as it moves the file's position.
   */
  public long nextPresent(long offset) {
    return seek(offset, SEEK_DATA);
  }

  /** The first page at or after {@code offset} that takes no memory, or {@link #sizeBytes}. */
  public long nextAbsent(long offset) {
    return seek(offset, SEEK_HOLE);
  }

  /**
   * How much of it takes memory, be that swapped out. A page that was only read counts as well,
   * until the kernel wants its memory back. Not for two threads at once.
   */
  public long presentBytes() {
    LibC.check(LibC.fstat(file.number(), status), "fstat", file.toString());
    return status.get(JAVA_LONG, Stat.BLOCKS) * BLOCK_BYTES;
  }

  private long seek(long offset, int whence) {
    if (offset >= sizeBytes) {
      return sizeBytes;
    }
    long found = LibC.lseek(file.number(), offset, whence);
    if (found == -Errno.ENXIO) {
      return sizeBytes;
    }
    if (found < 0) {
      throw new LinuxException("lseek", (int) -found, file.toString());
    }
    return found;
  }

  /** Gives pages back; they read zero afterwards, in every process that maps them. */
  public void drop(long offset, long lengthBytes) {
    LibC.check(
        LibC.fallocate(
            file.number(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, lengthBytes),
        "fallocate(FALLOC_FL_PUNCH_HOLE)",
        lengthBytes + " bytes");
  }

  @Override
  public void close() {
    file.close();
  }
}
