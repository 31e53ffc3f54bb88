package dev.pappus.sandbox;

import static dev.pappus.sandbox.ElfFile.bad;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a WebAssembly module wants and offers, as far as it decides whether and how it can run: its
 * imports, its exports and the size of its memory. Whether the module is valid is for others to
 * say.
 *
 * @param imports functions that it imports, as {@code module.name}; anything else that it imports
 *     too
 * @param exports names that it exports
 * @param initialPages its memory at first, in pages of 64 KiB; 0 if it has none
 * @param maximumPages what it may grow to
 */
public record WasmInterface(
    List<String> imports, Set<String> exports, long initialPages, long maximumPages) {
  private static final String HINT_MEMORY =
      "compile it with the compiler's defaults: one memory of 32-bit addresses, not shared";
  private static final String WASI = WasiCall.MODULE + ".";

  private static final int IMPORTS = 2;
  private static final int MEMORIES = 5;
  private static final int EXPORTS = 7;
  private static final int KIND_FUNCTION = 0;
  private static final long PAGES_MAX = 1 << 16;

  public WasmInterface {
    imports = List.copyOf(imports);
    exports = Set.copyOf(exports);
  }

  /**
   * Reads a module's sections.
   *
   * @throws dev.pappus.model.ProblemException with BAD_BINARY if they break the rules
   */
  public static WasmInterface of(WasmFile file) {
    Reader reader = new Reader();
    WasmCursor sections = new WasmCursor(file.bytes().asSlice(8));
    while (sections.hasRemaining()) {
      int id = sections.u8();
      WasmCursor section = new WasmCursor(sections.slice(sections.u32()));
      switch (id) {
        case IMPORTS -> reader.imports(section);
        case MEMORIES -> reader.memories(section);
        case EXPORTS -> reader.exports(section);
        default -> {
          // The rest is for whoever compiles the module.
        }
      }
    }
    return new WasmInterface(reader.imports, reader.exports, reader.initial, reader.maximum);
  }

  /** Whether it is a WASI command; else it has the low-level entry. */
  public boolean isCommand() {
    return !exports.contains("pappus_run");
  }

  /**
   * Ends with what keeps the module from being a function.
   *
   * @throws dev.pappus.model.ProblemException with BAD_BINARY
   */
  public void requireFunction() {
    List<String> unknown =
        imports.stream()
            .filter(name ->
                !name.startsWith(WASI) || WasiCall.of(name.substring(WASI.length())) == null)
            .toList();
    if (!unknown.isEmpty()) {
      throw bad(
          "a sandbox offers functions of wasi_snapshot_preview1 only; compile for wasm32-wasi, or"
              + " without imports",
          "the module imports what no sandbox has: %s",
          String.join(", ", unknown));
    }
    if (!exports.contains("memory")) {
      throw bad(HINT_MEMORY, "the module does not export its memory as 'memory'");
    }
    boolean lowLevel = exports.contains("pappus_run") && exports.contains("pappus_allocate");
    if (!lowLevel && !exports.contains("_start")) {
      throw bad(
          "compile a program with main for wasm32-wasi, or export pappus_run and pappus_allocate"
              + " (docs/wasm.md)",
          "the module exports neither _start nor pappus_run and pappus_allocate");
    }
  }

  /** Collects what the sections say. */
  private static final class Reader {
    private final List<String> imports = new ArrayList<>();
    private final Set<String> exports = new LinkedHashSet<>();
    private long initial;
    private long maximum;

    void imports(WasmCursor section) {
      long count = section.u32();
      for (long i = 0; i < count; i++) {
        String name = name(section) + "." + name(section);
        int kind = section.u8();
        if (kind != KIND_FUNCTION) {
          throw bad(
              "link it with a memory and tables of its own (no --import-memory)",
              "the module imports %s, which is no function",
              name);
        }
        section.u32();
        imports.add(name);
      }
    }

    void memories(WasmCursor section) {
      long count = section.u32();
      if (count > 1) {
        throw bad(HINT_MEMORY, "the module has %d memories", count);
      }
      if (count == 1) {
        int flags = section.u8();
        if (flags > 1) {
          throw bad(HINT_MEMORY, "the module's memory is shared, or has 64-bit addresses");
        }
        initial = section.u32();
        maximum = flags == 1 ? section.u32() : PAGES_MAX;
        if (initial > maximum || maximum > PAGES_MAX) {
          throw bad(HINT_MEMORY, "the module's memory has %d to %d pages", initial, maximum);
        }
      }
    }

    void exports(WasmCursor section) {
      long count = section.u32();
      for (long i = 0; i < count; i++) {
        exports.add(name(section));
        section.u8();
        section.u32();
      }
    }

    /** A name; only what is printable can be spoken about, and compiled. */
    private static String name(WasmCursor section) {
      MemorySegment bytes = section.slice(section.u32());
      String name = new String(bytes.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
      return name.replaceAll("\\p{Cc}", "?");
    }
  }
}
