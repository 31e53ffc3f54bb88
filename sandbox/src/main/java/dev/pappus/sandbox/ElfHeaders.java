package dev.pappus.sandbox;

import static dev.pappus.sandbox.ElfFile.HINT_BUILD;
import static dev.pappus.sandbox.ElfFile.bad;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Headers and segments of an ELF file, checked as far as all kinds of binaries have the same rules.
 */
final class ElfHeaders {
  static final int PHDR_BYTES = 56;
  static final long USER_ADDRESSES_END = 1L << 47;
  static final int TYPE_EXECUTABLE = 2;
  static final int TYPE_POSITION_INDEPENDENT = 3;

  private static final int EHDR_BYTES = 64;
  private static final int PROGRAM_HEADERS_MAX = 128;
  private static final long MAGIC = 0x464C457FL;
  private static final int MACHINE_X86_64 = 62;

  private static final int PT_LOAD = 1;
  private static final int PT_DYNAMIC = 2;
  private static final int PT_INTERP = 3;
  private static final int PT_NOTE = 4;
  private static final int PF_X = 1;
  private static final int PF_W = 2;
  private static final int PF_R = 4;

  /**
   * Where segments may lie.
   *
   * @param bias added to all addresses of a position-independent file
   * @param lowest first address that may be used
   * @param limit first address that may not
   */
  record Place(long bias, long lowest, long limit) {}

  private final ElfFile file;
  private final Place place;
  private final List<ElfImage.Segment> segments = new ArrayList<>();
  private final ElfNotes notes;
  private long noteBytes;
  private long headersAddress;
  private boolean wantsInterpreter;
  private ElfDynamic dynamic = ElfDynamic.NONE;

  private ElfHeaders(ElfFile file, Place place) {
    this.file = file;
    this.place = place;
    this.notes = new ElfNotes(file);
  }

  /**
   * Reads the headers of {@code file} and copies its segments.
   *
   * @throws dev.pappus.model.ProblemException with BAD_BINARY
   */
  static ElfHeaders read(ElfFile file, Place place) {
    ElfHeaders headers = new ElfHeaders(file, place);
    headers.checkIdentity();
    headers.checkTypeAndMachine();
    headers.readProgramHeaders();
    headers.checkSegments();
    return headers;
  }

  ElfFile file() {
    return file;
  }

  boolean positionIndependent() {
    return file.u16(16) == TYPE_POSITION_INDEPENDENT;
  }

  /** What has to be added to addresses that the file names. */
  long bias() {
    return positionIndependent() ? place.bias() : 0;
  }

  /** Ascending and without overlap, at the addresses where they are to lie. */
  List<ElfImage.Segment> segments() {
    return segments;
  }

  ElfNotes notes() {
    return notes;
  }

  void requireNoInterpreter() {
    if (wantsInterpreter) {
      throw bad(
          ElfFile.HINT_STATIC,
          "the binary is dynamically linked, and there is no dynamic linker in a sandbox");
    }
  }

  /** What the file wants of a dynamic linker. */
  ElfDynamic dynamic() {
    return dynamic;
  }

  /** Address of the program headers among the segments, 0 if they are not loaded. */
  long headersAddress() {
    return headersAddress;
  }

  int headerCount() {
    return file.u16(56);
  }

  /** The program headers as the file has them. */
  MemorySegment headerBytes() {
    return file.slice("the program header table", file.u64(32), (long) headerCount() * PHDR_BYTES);
  }

  /**
   * The address of the first instruction.
   *
   * @throws dev.pappus.model.ProblemException with BAD_BINARY if it is not inside executable code
   */
  long entry() {
    long entry = file.u64(24) + bias();
    for (ElfImage.Segment each : segments) {
      if (each.executable() && each.contains(entry, 1)) {
        return entry;
      }
    }
    throw bad(
        "define _start (the runtime does) and do not strip sections from the file",
        "the entry point 0x%x is not inside executable code",
        entry);
  }

  private void checkIdentity() {
    if (file.size() == 0) {
      throw bad(HINT_BUILD, "the binary is empty");
    }
    if (file.size() < 4 || file.u32(0) != MAGIC) {
      throw bad(HINT_BUILD, "not an ELF file but %s", guessKind());
    }
    if (file.size() < EHDR_BYTES) {
      throw bad(
          "the file may have been cut off while it was copied",
          "the file ends inside the ELF header, after %d bytes",
          file.size());
    }
    if (file.u8(4) != 2) {
      throw bad(HINT_BUILD + "; -m32 code cannot run", "not a 64-bit ELF file");
    }
    if (file.u8(5) != 1) {
      throw bad(HINT_BUILD, "not a little-endian ELF file");
    }
    if (file.u8(6) != 1 || file.u32(20) != 1) {
      throw bad(HINT_BUILD, "ELF version %d is unknown", file.u8(6));
    }
  }

  private String guessKind() {
    if (file.size() >= 2 && file.u8(0) == '#' && file.u8(1) == '!') {
      return "a script";
    }
    if (file.size() < 4) {
      return "something else";
    }
    return switch ((int) file.u32(0)) {
      case 0x6D736100 -> "a WebAssembly module";
      case 0x72613C21 -> "a library archive";
      case 0x04034B50 -> "a zip or jar file";
      default -> (file.u32(0) & 0xFFFF) == 0x5A4D ? "a Windows program" : "something else";
    };
  }

  private void checkTypeAndMachine() {
    int type = file.u16(16);
    if (type != TYPE_EXECUTABLE && type != TYPE_POSITION_INDEPENDENT) {
      throw switch (type) {
        case 1 -> bad(HINT_BUILD, "an object file, not yet linked");
        case 4 -> bad(HINT_BUILD, "a core dump");
        default -> bad(HINT_BUILD, "ELF type %d is not an executable", type);
      };
    }
    int machine = file.u16(18);
    if (machine != MACHINE_X86_64) {
      throw bad(HINT_BUILD, "built for %s, not for x86-64", machineName(machine));
    }
    if (file.u16(52) != EHDR_BYTES) {
      throw bad(HINT_BUILD, "ELF header of %d bytes instead of 64", file.u16(52));
    }
  }

  private static String machineName(int machine) {
    return switch (machine) {
      case 3 -> "32-bit x86";
      case 40 -> "32-bit ARM";
      case 183 -> "AArch64";
      case 243 -> "RISC-V";
      default -> "machine " + machine;
    };
  }

  private void readProgramHeaders() {
    int count = headerCount();
    if (count == 0 || count > PROGRAM_HEADERS_MAX) {
      throw bad(HINT_BUILD, "%d program headers; 1 to %d are allowed", count, PROGRAM_HEADERS_MAX);
    }
    if (file.u16(54) != PHDR_BYTES) {
      throw bad(HINT_BUILD, "program headers of %d bytes instead of 56", file.u16(54));
    }
    long start = file.u64(32);
    file.require("the program header table", start, (long) count * PHDR_BYTES);
    for (int i = 0; i < count; i++) {
      long header = start + (long) i * PHDR_BYTES;
      switch ((int) file.u32(header)) {
        case PT_LOAD -> readLoad(header);
        case PT_INTERP -> wantsInterpreter = true;
        case PT_DYNAMIC ->
            dynamic = ElfDynamic.read(file, file.u64(header + 8), file.u64(header + 32));
        case PT_NOTE -> readNote(header);
        default -> {
          // Other headers only describe, or are a program's own business.
        }
      }
    }
  }

  private void readNote(long header) {
    long offset = file.u64(header + 8);
    long bytes = file.u64(header + 32);
    file.require("a note segment", offset, bytes);
    noteBytes += bytes;
    if (noteBytes > file.size()) {
      throw bad(HINT_BUILD, "segments of notes share bytes of the file");
    }
    notes.read(offset, bytes);
  }

  private void readLoad(long header) {
    long flags = file.u32(header + 4);
    long offset = file.u64(header + 8);
    long address = file.u64(header + 16) + bias();
    long fileBytes = file.u64(header + 32);
    long memoryBytes = file.u64(header + 40);
    if (memoryBytes == 0 && fileBytes == 0) {
      return;
    }
    file.require("a segment", offset, fileBytes);
    if (Long.compareUnsigned(memoryBytes, fileBytes) < 0) {
      throw bad(
          HINT_BUILD,
          "the segment at 0x%x is smaller in memory (%d bytes) than in the file (%d)",
          address,
          memoryBytes,
          fileBytes);
    }
    if (Long.compareUnsigned(address, place.lowest()) < 0) {
      throw bad(
          "link at 0x10000 or above (-Wl,-Ttext-segment=0x10000)",
          "the segment at 0x%x lies in page 0, which is never mapped",
          address);
    }
    long end = place.limit();
    if (address < 0 || address >= end || memoryBytes < 0 || memoryBytes > end - address) {
      throw bad(
          "register the function with a larger context, or link it at a lower address",
          "the segment at 0x%x (%s bytes) does not fit below 0x%x, where its context has the stack",
          address,
          Long.toUnsignedString(memoryBytes),
          end);
    }
    noteHeadersAddress(offset, fileBytes, address);
    MemorySegment bytes = file.slice("a segment", offset, fileBytes);
    segments.add(
        new ElfImage.Segment(
            address,
            bytes,
            memoryBytes,
            (flags & PF_R) != 0,
            (flags & PF_W) != 0,
            (flags & PF_X) != 0));
  }

  private void noteHeadersAddress(long offset, long fileBytes, long address) {
    long inside = file.u64(32) - offset;
    if (headersAddress == 0
        && inside >= 0
        && inside <= fileBytes - (long) headerCount() * PHDR_BYTES) {
      headersAddress = address + inside;
    }
  }

  /** Sorts, refuses overlaps, and only then copies: what does not overlap is no more than fits. */
  private void checkSegments() {
    if (segments.isEmpty()) {
      throw bad(HINT_BUILD, "the binary has nothing to load");
    }
    // Each start of a node does this, and would have to make the lambdas of Comparator anew: the
    // JVM's cache holds none that can be serialized.
    segments.sort((a, b) -> Long.compare(a.address(), b.address()));
    long fileBytes = 0;
    for (int i = 0; i < segments.size(); i++) {
      ElfImage.Segment each = segments.get(i);
      if (i > 0 && segments.get(i - 1).endAddress() > each.address()) {
        throw bad(
            HINT_BUILD,
            "the segments at 0x%x and 0x%x overlap",
            segments.get(i - 1).address(),
            each.address());
      }
      fileBytes += each.bytes().byteSize();
    }
    if (fileBytes > file.size()) {
      throw bad(HINT_BUILD, "segments share bytes of the file");
    }
    segments.replaceAll(each ->
        new ElfImage.Segment(
            each.address(),
            MemorySegment.ofArray(each.bytes().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE))
                .asReadOnly(),
            each.memoryBytes(),
            each.readable(),
            each.writable(),
            each.executable()));
  }
}
