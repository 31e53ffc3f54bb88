package dev.pappus.sandbox;

import static dev.pappus.sandbox.ElfFile.bad;

import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A static program for Linux, checked: what it needs of a kernel the library OS gives. Immutable;
 * any thread may use it.
 */
public final class LinuxProgram implements NativeBinary {
  /** Where a position-independent program is put; it relocates itself. */
  static final long BIAS = 0x400000;

  private final long entry;
  private final List<ElfImage.Segment> segments;
  private final long headersAddress;
  private final int headerCount;
  private final byte[] headers;
  private final List<SymbolTable.Symbol> symbols;

  /**
   * Whether a file is meant as a program for Linux, even one that would be refused, such as a
   * dynamic one. Looks no further than it must, and never throws.
   */
  public static boolean is(MemorySegment file) {
    return ElfParser.isProgram(file);
  }

  private LinuxProgram(ElfHeaders file, ElfSymbols symbols) {
    this.entry = file.entry();
    this.segments = List.copyOf(file.segments());
    this.headersAddress = file.headersAddress();
    this.headerCount = file.headerCount();
    this.headers = file.headerBytes().toArray(ValueLayout.JAVA_BYTE);
    this.symbols = List.copyOf(symbols.code());
  }

  static LinuxProgram of(ElfHeaders headers, ElfSymbols symbols) {
    headers.requireNoInterpreter();
    if (headers.dynamic().needsLibraries()) {
      throw bad(
          ElfFile.HINT_STATIC, "the binary is a shared library, or wants some of them to run");
    }
    if (headers.notes().fromGo()) {
      throw bad(
          "build it as a WebAssembly module: GOOS=wasip1 GOARCH=wasm go build",
          "a Go program: its runtime needs threads and more address space than a context has");
    }
    return new LinuxProgram(headers, symbols);
  }

  /** First address of the program, of a whole page. */
  private long begin() {
    return segments.getFirst().address() & -GuestLayout.PAGE_BYTES;
  }

  /** First address above the program, of a whole page. */
  private long end() {
    return GuestLayout.pageCeiling(segments.getLast().endAddress());
  }

  /**
   * Puts the program, the library OS and what that must know into one image: the program at its
   * address, the library OS at the upper end of free memory, below it a read-only block with texts.
   *
   * @param spec its words and sets
   * @throws dev.pappus.model.ProblemException with BAD_BINARY if it does not fit into the context
   */
  ElfImage compose(Libos libos, FunctionSpec spec) {
    GuestLayout layout = GuestLayout.of(spec.contextBytes());
    StartBlock block = new StartBlock(spec);
    long base = layout.heapEnd() - libos.spanBytes();
    long blockAt = base - GuestLayout.pageCeiling(block.bytes.size());
    if (blockAt < end()) {
      throw bad(
          "register the function with a larger context, or link it at a lower address",
          "the program reaches to 0x%x, but in a context of %d bytes its memory ends at 0x%x",
          end(),
          layout.contextBytes(),
          Math.max(0, blockAt));
    }
    Libos.Placed placed = libos.at(base, block.record(blockAt, layout));
    List<ElfImage.Segment> all = new ArrayList<>(segments);
    MemorySegment texts = MemorySegment.ofArray(block.bytes.toByteArray()).asReadOnly();
    all.add(
        new ElfImage.Segment(
            blockAt, texts, GuestLayout.pageCeiling(texts.byteSize()), true, false, false));
    all.addAll(placed.segments());
    List<SymbolTable.Symbol> names = new ArrayList<>(placed.symbols());
    names.addAll(symbols);
    return new ElfImage(
        placed.entry(),
        all,
        end(),
        blockAt,
        placed.controlBlock(),
        placed.logRing(),
        java.util.OptionalLong.empty(),
        new SymbolTable(names),
        null,
        null,
        placed.place());
  }

  /** The texts that the start record points to, and the record. */
  private final class StartBlock {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final int wordCount;
    private final int inputsAt;
    private final int inputCount;
    private final int headersAt;

    StartBlock(FunctionSpec spec) {
      put(spec.name());
      spec.program().arguments().forEach(this::put);
      wordCount = 1 + spec.program().arguments().size();
      inputsAt = bytes.size();
      int dynamic = 0;
      for (InputSet input : spec.inputs()) {
        if (!input.isStatic()) {
          put(input.name());
          dynamic++;
        }
      }
      inputCount = dynamic;
      while (bytes.size() % GuestAbi.RECORD_ALIGNMENT != 0) {
        bytes.write(0);
      }
      headersAt = bytes.size();
      if (headersAddress == 0) {
        bytes.writeBytes(headers);
      }
    }

    private void put(String text) {
      bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
      bytes.write(0);
    }

    byte[] record(long at, GuestLayout layout) {
      return ByteBuffer.allocate(LibosAbi.START_BYTES)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putLong(LibosAbi.START_VERSION_AT, LibosAbi.START_VERSION)
          .putLong(LibosAbi.START_ENTRY, entry)
          .putLong(LibosAbi.START_HEADERS, headersAddress == 0 ? at + headersAt : headersAddress)
          .putLong(LibosAbi.START_HEADER_COUNT, headerCount)
          .putLong(LibosAbi.START_IMAGE_BEGIN, begin())
          .putLong(LibosAbi.START_IMAGE_END, end())
          .putLong(LibosAbi.START_WORDS, at)
          .putLong(LibosAbi.START_WORD_COUNT, wordCount)
          .putLong(LibosAbi.START_INPUTS, at + inputsAt)
          .putLong(LibosAbi.START_INPUT_COUNT, inputCount)
          .putLong(LibosAbi.START_STACK_BOTTOM, layout.stackBottom())
          .array();
    }
  }
}
