package dev.pappus.sandbox;

import dev.pappus.model.Limits;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A checked executable: everything a backend needs to place it into a context, and nothing of the
 * file beyond that. Immutable; any thread may use it.
 *
 * @param entry address of the first instruction, inside an executable segment
 * @param segments what is loaded, ascending and without overlap, all of it between page 0 and the
 *     layout's heap end
 * @param controlBlock address of the control block, aligned, inside a writable segment
 * @param logRing address of the log ring, if it has one; then aligned, inside a writable segment
 * @param logPointer address of a word that says where the log ring is instead, if it has one; then
 *     aligned, inside a writable segment
 * @param symbols its code symbols
 * @param note what it says of itself, or null
 * @param wasm the linear memory of the WebAssembly module that it was, or null
 */
public record ElfImage(
    long entry,
    List<Segment> segments,
    long controlBlock,
    OptionalLong logRing,
    OptionalLong logPointer,
    SymbolTable symbols,
    @Nullable FunctionNote note,
    @Nullable WasmMemory wasm) {
  /** For an image that has no symbols. */
  public static final SymbolTable NO_SYMBOLS = new SymbolTable(List.of());

  public ElfImage {
    segments = List.copyOf(segments);
  }

  /**
   * Checks a file and takes it apart. The file is copied first, so that it may change or go away
   * while and after it is parsed.
   *
   * @param contextBytes size of the context that the image shall fit into
   * @throws dev.pappus.model.ProblemException with BAD_BINARY, which says what is wrong and how to
   *     build it right
   */
  public static ElfImage parse(MemorySegment file, long contextBytes, Limits limits) {
    return ElfParser.parse(file, contextBytes, limits);
  }

  /**
   * Refuses a program whose accesses to linear memory nobody but a virtual machine checks.
   *
   * @param sandbox the kind of sandbox that it shall run in
   * @throws dev.pappus.model.ProblemException with BAD_BINARY
   */
  public void requireOwnChecks(String sandbox) {
    if (wasm != null && wasm.checkedByHardware()) {
      throw ElfFile.bad(
          "build it with --checks explicit, or run it in the sandbox kvm",
          "a virtual machine must check the bounds of its memory; the sandbox %s cannot",
          sandbox);
    }
  }

  /** First address above the image, rounded up to whole pages: where inputs begin. */
  public long endAddress() {
    return GuestLayout.pageCeiling(segments.getLast().endAddress());
  }

  /** The segment that holds {@code address}, or null. */
  public @Nullable Segment segmentAt(long address) {
    for (Segment segment : segments) {
      if (segment.contains(address, 1)) {
        return segment;
      }
    }
    return null;
  }

  /**
   * Nearest code symbol at or below {@code address}, {@code name+0x12}, or null if none is near.
   */
  public @Nullable String symbolize(long address) {
    Segment segment = segmentAt(address);
    return segment == null || !segment.executable()
        ? null
        : symbols.nearest(address, segment.address());
  }

  /** Memory that it occupies. */
  public long residentBytes() {
    long sum = symbols.residentBytes();
    for (Segment segment : segments) {
      sum += segment.bytes().byteSize();
    }
    return sum;
  }

  /**
   * A piece of the image.
   *
   * @param address its first address; not necessarily that of a page
   * @param bytes what the file holds of it, read-only
   * @param memoryBytes its size in memory; what exceeds {@code bytes} is zero
   * @param readable whether the file asks for it to be read
   * @param writable whether it may be written
   * @param executable whether it may be executed
   */
  public record Segment(
      long address,
      MemorySegment bytes,
      long memoryBytes,
      boolean readable,
      boolean writable,
      boolean executable) {
    /** First address above it. */
    public long endAddress() {
      return address + memoryBytes;
    }

    /** Whether {@code [start, start + length)} lies inside; overflow-safe. */
    public boolean contains(long start, long length) {
      return start >= address && length <= memoryBytes && start - address <= memoryBytes - length;
    }
  }
}
