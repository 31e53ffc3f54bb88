package dev.pappus.sandbox;

import static dev.pappus.sandbox.ElfFile.bad;

import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.lang.foreign.MemorySegment;

/** Takes an executable apart: a function that speaks the guest ABI, or an ordinary program. */
final class ElfParser {
  private final GuestLayout layout;
  private final ElfHeaders headers;
  private final ElfSymbols symbols;

  private ElfParser(MemorySegment binary, long contextBytes, Limits limits) {
    if (binary.byteSize() > Math.min(Integer.MAX_VALUE - 8L, limits.get(Limit.BINARY_BYTES))) {
      throw new ProblemException(
          limits.exceeded(ProblemCode.BAD_BINARY, Limit.BINARY_BYTES, "binary", binary.byteSize()));
    }
    if (contextBytes > limits.get(Limit.CONTEXT_MAX)) {
      throw new ProblemException(
          limits.exceeded(
              ProblemCode.BAD_BINARY, Limit.CONTEXT_MAX, "context of the function", contextBytes));
    }
    layout = GuestLayout.of(contextBytes);
    headers =
        ElfHeaders.read(
            new ElfFile(binary),
            new ElfHeaders.Place(LinuxProgram.BIAS, GuestLayout.PAGE_BYTES, layout.heapEnd()));
    symbols = ElfSymbols.read(headers);
  }

  /** Takes apart what is to be a function. */
  static ElfImage parseFunction(MemorySegment binary, long contextBytes, Limits limits) {
    return new ElfParser(binary, contextBytes, limits).function();
  }

  /** Takes apart whichever it is. */
  static NativeBinary parse(MemorySegment binary, long contextBytes, Limits limits) {
    ElfParser parser = new ElfParser(binary, contextBytes, limits);
    return saysItIsAFunction(parser.headers, parser.symbols)
        ? parser.function()
        : LinuxProgram.of(parser.headers, parser.symbols);
  }

  /** Whoever wrote a note for the platform meant a function, even where the symbol got lost. */
  private static boolean saysItIsAFunction(ElfHeaders headers, ElfSymbols symbols) {
    ElfNotes notes = headers.notes();
    return symbols.has(GuestAbi.CONTROL_SYMBOL) || notes.function() != null || notes.wasm() != null;
  }

  /** Whether a file is meant as a program, even one that is refused. */
  static boolean isProgram(MemorySegment binary) {
    try {
      ElfHeaders.Place anywhere =
          new ElfHeaders.Place(LinuxProgram.BIAS, 0, ElfHeaders.USER_ADDRESSES_END);
      ElfHeaders headers = ElfHeaders.read(new ElfFile(binary), anywhere);
      return !saysItIsAFunction(headers, ElfSymbols.read(headers));
    } catch (ProblemException | ArithmeticException e) {
      return false;
    }
  }

  private ElfImage function() {
    headers.requireNoInterpreter();
    if (headers.positionIndependent()) {
      throw bad(
          "link with -static -no-pie, and compile with -fno-pie",
          "a shared library or position-independent executable");
    }
    if (headers.dynamic().present()) {
      throw bad(
          "link with -static; there is no dynamic linker in a sandbox",
          "the binary is dynamically linked");
    }
    long entry = headers.entry();
    long controlBlock =
        symbols.requireData(
            GuestAbi.CONTROL_SYMBOL,
            GuestAbi.CONTROL_BYTES,
            "where inputs and outputs are exchanged");
    ElfNotes notes = headers.notes();
    long end = headers.segments().getLast().endAddress();
    ElfImage image =
        new ElfImage(
            entry,
            headers.segments(),
            GuestLayout.pageCeiling(end),
            layout.heapEnd(),
            controlBlock,
            symbols.data(GuestAbi.LOG_SYMBOL, GuestAbi.LOG_BYTES),
            symbols.data(GuestAbi.LOG_POINTER_SYMBOL, Long.BYTES),
            new SymbolTable(symbols.code()),
            notes.function(),
            notes.wasm(),
            null);
    if (image.wasm() != null) {
      image.wasm().requireRoom(layout, image.freeBegin());
    }
    return image;
  }
}
