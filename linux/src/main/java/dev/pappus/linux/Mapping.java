package dev.pappus.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A range of mapped memory. Its owner closes it, when nobody uses its segment any more: a thread
 * that still does gets an {@link IllegalStateException}, never a crash; code outside Java (the
 * kernel, a virtual machine) must be done with it. Any thread may use it; closing costs some 100
 * µs, so it does not belong on a hot path.
 */
public final class Mapping implements AutoCloseable {
  /** Bytes in a page. */
  public static final long PAGE = 4096;

  /** Bytes in a huge page. */
  public static final long HUGE_PAGE = 2 << 20;

  /** What {@link #advise} tells the kernel. */
  public enum Advice {
    /** Drop the contents; anonymous memory reads zero afterwards. */
    DONT_NEED(4),
    /** Use huge pages where possible. */
    HUGE_PAGE(14),
    /** Do not use huge pages. */
    NO_HUGE_PAGE(15),
    /** Make every page present and writable now. */
    POPULATE_WRITE(23);

    private final int code;

    Advice(int code) {
      this.code = code;
    }
  }

  private static final int PROT_READ = 1;
  private static final int PROT_WRITE = 2;
  private static final int MAP_SHARED = 1;
  private static final int MAP_PRIVATE = 2;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int MAP_NORESERVE = 0x4000;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment segment;

  private Mapping(long address, long sizeBytes) {
    this.segment = own(address, sizeBytes, arena);
  }

  // SAFETY: the kernel has just handed out [address, address + sizeBytes) to us alone; the arena
  // unmaps it when it closes, after which no access passes the segment's liveness check.
  @SuppressWarnings("restricted")
  private static MemorySegment own(long address, long sizeBytes, Arena arena) {
    return MemorySegment.ofAddress(address)
        .reinterpret(
            sizeBytes,
            arena,
            mapped -> {
              // Fails only for a range that is not page-aligned, which mmap never returns.
              int _ = LibC.munmap(mapped.address(), roundUp(sizeBytes, PAGE));
            });
  }

  /**
   * Zeroed private memory, readable and writable, which takes pages as they are touched.
   *
   * @param sizeBytes a multiple of {@link #PAGE}
   * @param alignmentBytes a power of two, at least {@link #PAGE}
   */
  public static Mapping anonymous(long sizeBytes, long alignmentBytes) {
    long reserved = Math.addExact(sizeBytes, alignmentBytes - PAGE);
    long start =
        map(reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
    long aligned = roundUp(start, alignmentBytes);
    long before = aligned - start;
    long after = reserved - before - sizeBytes;
    try {
      if (before > 0) {
        LibC.check(LibC.munmap(start, before), "munmap", before + " bytes");
      }
      if (after > 0) {
        LibC.check(LibC.munmap(aligned + sizeBytes, after), "munmap", after + " bytes");
      }
    } catch (LinuxException e) {
      // The process has too many mappings to cut one up; to remove one whole needs no more.
      int _ = LibC.munmap(start, reserved);
      throw e;
    }
    return new Mapping(aligned, sizeBytes);
  }

  /** The first {@code sizeBytes} of a file, shared with whoever else maps or writes it. */
  public static Mapping shared(FileDescriptor file, long sizeBytes, boolean writable) {
    int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
    return new Mapping(map(sizeBytes, protection, MAP_SHARED, file.number()), sizeBytes);
  }

  /** Address of a file's mapping that the caller unmaps, and nobody reads. */
  static long mapReadOnly(FileDescriptor file, long sizeBytes) {
    return map(sizeBytes, PROT_READ, MAP_SHARED, file.number());
  }

  private static long map(long sizeBytes, int protection, int flags, int descriptor) {
    long address = LibC.mmap(0, sizeBytes, protection, flags, descriptor, 0);
    if (address < 0) {
      throw new LinuxException("mmap", (int) -address, sizeBytes + " bytes");
    }
    return address;
  }

  /** The memory. */
  public MemorySegment segment() {
    return segment;
  }

  /** Where the memory starts in this process. */
  public long address() {
    return segment.address();
  }

  /** Its size. */
  public long sizeBytes() {
    return segment.byteSize();
  }

  /**
   * Advises the kernel about part of the memory.
   *
   * @param offset a multiple of {@link #PAGE}
   * @param lengthBytes more than 0
   * @throws LinuxException if the kernel does not know the advice or cannot follow it
   */
  public void advise(long offset, long lengthBytes, Advice advice) {
    int result = LibC.madvise(at(offset, lengthBytes), lengthBytes, advice.code);
    if (result < 0) {
      throw new LinuxException("madvise(" + advice + ")", -result, lengthBytes + " bytes");
    }
  }

  /**
   * Makes whoever maps part of the memory besides, such as KVM, forget how: its protection is taken
   * away and given back. Contents stay. Nobody may access it meanwhile.
   *
   * @param offset a multiple of {@link #PAGE}
   * @param lengthBytes more than 0
   */
  public void forget(long offset, long lengthBytes) {
    long address = at(offset, lengthBytes);
    String range = lengthBytes + " bytes";
    LibC.check(LibC.mprotect(address, lengthBytes, PROT_READ), "mprotect", range);
    LibC.check(LibC.mprotect(address, lengthBytes, PROT_READ | PROT_WRITE), "mprotect", range);
  }

  /**
   * Finds out which pages are in memory: bit 0 of each byte of {@code vector}, one per page.
   *
   * @param offset a multiple of {@link #PAGE}
   */
  public void resident(long offset, long lengthBytes, MemorySegment vector) {
    long pages = (lengthBytes + PAGE - 1) / PAGE;
    int result = LibC.mincore(at(offset, lengthBytes), lengthBytes, vector.asSlice(0, pages));
    if (result < 0) {
      throw new LinuxException("mincore", -result, lengthBytes + " bytes");
    }
  }

  private long at(long offset, long lengthBytes) {
    java.util.Objects.checkFromIndexSize(offset, lengthBytes, segment.byteSize());
    return segment.address() + offset;
  }

  static long roundUp(long value, long alignment) {
    return (value + alignment - 1) & -alignment;
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
