package dev.pappus.sandbox;

import static dev.pappus.sandbox.ElfFile.bad;

import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a WebAssembly module says of itself: the custom sections {@code pappus.function} and {@code
 * name}. A private copy of the file; every access is checked against its length. Nothing else of
 * the module is looked at.
 */
public final class WasmFile {
  /** The section that holds the function note. */
  public static final String NOTE_SECTION = "pappus.function";

  private static final String NAME_SECTION = "name";
  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 8;
  private static final int CUSTOM_SECTION = 0;
  private static final int FUNCTION_NAMES = 1;
  private static final int NAMES_MAX = SymbolTable.SYMBOLS_MAX;
  private static final int NAME_BYTES_MAX = SymbolTable.NAME_BYTES_MAX;

  private final MemorySegment bytes;

  private WasmFile(MemorySegment file) {
    byte[] copy = file.toArray(ValueLayout.JAVA_BYTE);
    bytes = MemorySegment.ofArray(copy).asReadOnly();
  }

  /**
   * Takes a copy of a file that begins as a module does.
   *
   * @throws ProblemException with BAD_BINARY if it does not, or is larger than a binary may be
   */
  public static WasmFile of(MemorySegment binary, Limits limits) {
    if (binary.byteSize() > Math.min(Integer.MAX_VALUE - 8L, limits.get(Limit.BINARY_BYTES))) {
      throw new ProblemException(
          limits.exceeded(ProblemCode.BAD_BINARY, Limit.BINARY_BYTES, "binary", binary.byteSize()));
    }
    if (BinaryKind.of(binary) != BinaryKind.WASM) {
      throw bad(
          "compile it with clang --target=wasm32-wasi, or another compiler for WebAssembly",
          "not a WebAssembly module");
    }
    WasmFile file = new WasmFile(binary);
    if (file.bytes.byteSize() < HEADER_BYTES || file.bytes.get(GuestAbi.U32, 4) != VERSION) {
      throw bad(
          "a core module of version 1 is wanted; components are not supported",
          "the WebAssembly module has another version than 1");
    }
    return file;
  }

  /** The file's bytes, read-only. */
  public MemorySegment bytes() {
    return bytes;
  }

  /**
   * What {@code PAPPUS_FUNCTION} wrote, or null.
   *
   * @throws ProblemException with BAD_BINARY if sections or note break the rules, or there are two
   */
  public @Nullable FunctionNote note() {
    MemorySegment texts = noteBytes();
    return texts == null ? null : FunctionNoteText.parse(texts);
  }

  /**
   * The note's texts as they stand in the file, or null.
   *
   * @throws ProblemException with BAD_BINARY if sections break the rules, or there are two notes
   */
  public @Nullable MemorySegment noteBytes() {
    MemorySegment[] found = new MemorySegment[1];
    forEachCustomSection((name, content) -> {
      if (name.equals(NOTE_SECTION)) {
        if (found[0] != null) {
          throw bad("keep one PAPPUS_FUNCTION per binary", "the binary declares two functions");
        }
        found[0] = content;
      }
    });
    return found[0];
  }

  /**
   * Names of functions by their index, as far as the {@code name} section has them: the first
   * {@value SymbolTable#SYMBOLS_MAX}, shortened and printable. A malformed {@code name} section
   * counts as absent from there on, as the specification asks.
   */
  public Map<Integer, String> functionNames() {
    Map<Integer, String> names = new HashMap<>();
    forEachCustomSection((name, content) -> {
      if (name.equals(NAME_SECTION)) {
        try {
          readFunctionNames(new WasmCursor(content), names);
        } catch (ProblemException e) {
          // Names are for people alone: what could be read of them counts.
        }
      }
    });
    return names;
  }

  /**
   * How large code and tables are, before anybody builds anything from it.
   *
   * @throws ProblemException with BAD_BINARY if it is malformed
   */
  public CodeShape codeShape() {
    WasmMeasure measure = new WasmMeasure();
    WasmCursor file = new WasmCursor(bytes.asSlice(HEADER_BYTES));
    while (file.hasRemaining()) {
      int id = file.u8();
      measure.section(id, file.slice(file.u32()));
    }
    return measure.shape();
  }

  /**
   * Measures of a module's code.
   *
   * @param bytes of the code section
   * @param functions with a body
   * @param locals declared by all functions together, parameters apart; a few bytes can declare
   *     many
   * @param bodyBytesMax of the largest function
   * @param localsMax of the function with most of them
   * @param weightMax largest product of a function's bytes and its locals
   * @param arityMax largest sum of a type's parameters and results
   * @param movedMax how many values an instruction of two bytes may move: the most results of a
   *     type, and parameters where blocks have types
   * @param branchSteps blocks between all branches and their targets, up to {@code beyond}
   * @param tableBytes of all sections but code, data and custom ones
   * @param dataSegments pieces of data
   * @param beyond an opcode that WebAssembly 2.0 without SIMD does not have, where one is met, or
   *     0; prefixed ones are {@code prefix << 8}
   */
  public record CodeShape(
      long bytes,
      long functions,
      long locals,
      long bodyBytesMax,
      long localsMax,
      long weightMax,
      long arityMax,
      long movedMax,
      long branchSteps,
      long tableBytes,
      long dataSegments,
      int beyond) {}

  private static void readFunctionNames(WasmCursor cursor, Map<Integer, String> names) {
    while (cursor.hasRemaining()) {
      int kind = cursor.u8();
      WasmCursor subsection = new WasmCursor(cursor.slice(cursor.u32()));
      if (kind == FUNCTION_NAMES) {
        long count = subsection.u32();
        for (long i = 0; i < count && names.size() < NAMES_MAX; i++) {
          long index = subsection.u32();
          String name = printable(subsection.slice(subsection.u32()));
          if (index <= Integer.MAX_VALUE) {
            names.putIfAbsent((int) index, name);
          }
        }
      }
    }
  }

  private static String printable(MemorySegment text) {
    int length = (int) Math.min(text.byteSize(), NAME_BYTES_MAX);
    byte[] name = text.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    return new String(name, StandardCharsets.UTF_8).replaceAll("\\p{Cc}", "?");
  }

  private void forEachCustomSection(SectionReader reader) {
    WasmCursor file = new WasmCursor(bytes.asSlice(HEADER_BYTES));
    while (file.hasRemaining()) {
      int id = file.u8();
      WasmCursor section = new WasmCursor(file.slice(file.u32()));
      if (id == CUSTOM_SECTION) {
        byte[] name = section.slice(section.u32()).toArray(ValueLayout.JAVA_BYTE);
        reader.read(new String(name, StandardCharsets.UTF_8), section.rest());
      }
    }
  }

  /** Takes a custom section's name and content. */
  private interface SectionReader {
    void read(String name, MemorySegment content);
  }
}
