package dev.pappus.sandbox;

import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
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
 * @param freeBegin where inputs, tables and heap begin: a page that no segment touches
 * @param freeEnd where they end; no segment lies between the two
 * @param controlBlock address of the control block, aligned, inside a writable segment
 * @param logRing address of the log ring, if it has one; then aligned, inside a writable segment
 * @param logPointer address of a word that says where the log ring is instead, if it has one; then
 *     aligned, inside a writable segment
 * @param symbols its code symbols
 * @param note what it says of itself, or null
 * @param wasm the linear memory of the WebAssembly module that it was, or null
 * @param libos where its library OS lies, if it is a program with one
 */
public record ElfImage(
    long entry,
    List<Segment> segments,
    long freeBegin,
    long freeEnd,
    long controlBlock,
    OptionalLong logRing,
    OptionalLong logPointer,
    SymbolTable symbols,
    @Nullable FunctionNote note,
    @Nullable WasmMemory wasm,
    @Nullable LibosPlace libos)
    implements NativeBinary {
  public ElfImage {
    segments = List.copyOf(segments);
  }

  /**
   * What a binary of either kind becomes in a context.
   *
   * @param spec what is registered of the function
   * @param libos for programs; null where there is none
   * @throws ProblemException with BAD_BINARY, which says what is wrong and how to build it right;
   *     SANDBOX_UNAVAILABLE for a program where there is no library OS
   */
  public static ElfImage of(
      MemorySegment file, FunctionSpec spec, Limits limits, @Nullable Libos libos) {
    return switch (NativeBinary.parse(file, spec.contextBytes(), limits)) {
      case ElfImage function -> function;
      case LinuxProgram program -> {
        if (libos == null) {
          throw new ProblemException(
              Problem.of(
                      ProblemCode.SANDBOX_UNAVAILABLE,
                      "a program for Linux needs a library OS, which this sandbox does not have")
                  .withHint("'pappus doctor' and the node's log say why"));
        }
        yield program.compose(libos, spec);
      }
    };
  }

  /**
   * Checks a function that speaks the guest ABI and takes it apart. The file is copied first, so
   * that it may change or go away while and after it is parsed.
   *
   * @param contextBytes size of the context that the image shall fit into
   * @throws ProblemException with BAD_BINARY, which says what is wrong and how to build it right
   */
  public static ElfImage parse(MemorySegment file, long contextBytes, Limits limits) {
    return ElfParser.parseFunction(file, contextBytes, limits);
  }

  /** This image, in which another library OS is said to lie. */
  public ElfImage withLibos(@Nullable LibosPlace place) {
    return new ElfImage(
        entry,
        segments,
        freeBegin,
        freeEnd,
        controlBlock,
        logRing,
        logPointer,
        symbols,
        note,
        wasm,
        place);
  }

  /** An image of hand-made segments, without symbols and notes. */
  public static ElfImage bare(
      GuestLayout layout, long entry, List<Segment> segments, long controlBlock) {
    return new ElfImage(
        entry,
        segments,
        GuestLayout.pageCeiling(segments.getLast().endAddress()),
        layout.heapEnd(),
        controlBlock,
        OptionalLong.empty(),
        OptionalLong.empty(),
        new SymbolTable(List.of()),
        null,
        null,
        null);
  }

  /**
   * Refuses a program whose accesses to linear memory nobody but a virtual machine checks.
   *
   * @param sandbox the kind of sandbox that it shall run in
   * @throws ProblemException with BAD_BINARY
   */
  public void requireOwnChecks(String sandbox) {
    if (wasm != null && wasm.checkedByHardware()) {
      throw ElfFile.bad(
          "build it with --checks explicit, or run it in the sandbox kvm",
          "a virtual machine must check the bounds of its memory; the sandbox %s cannot",
          sandbox);
    }
  }

  /**
   * What runs from a template begin with.
   *
   * @throws ProblemException with GUEST_BAD_OUTPUT if the template is not of this program
   */
  public ElfImage withTemplate(GuestLayout layout, Template template) {
    return template.over(this, layout);
  }

  ElfImage resumed(long resume, List<Segment> others, long begin, long end) {
    return new ElfImage(
        resume, others, begin, end, controlBlock, logRing, logPointer, symbols, note, wasm, libos);
  }

  /** Whether the segments hold the whole stack, as those of a template do. */
  public boolean holdsStack(GuestLayout layout) {
    return segments.getLast().address() >= layout.stackBottom();
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
