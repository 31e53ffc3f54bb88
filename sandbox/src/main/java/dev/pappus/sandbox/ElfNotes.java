package dev.pappus.sandbox;

import static dev.pappus.sandbox.ElfFile.bad;

import org.jspecify.annotations.Nullable;

/** Collects the notes that a binary has for the platform (docs/abi.md). */
final class ElfNotes {
  static final String OWNER = "Pappus";
  static final int TYPE_FUNCTION = 1;
  static final int TYPE_WASM = 2;
  private static final int HEADER_BYTES = 12;

  /** Owner of the note with which Go's linker names a build. */
  private static final String GO_OWNER = "Go";

  private final ElfFile file;
  private @Nullable FunctionNote function;
  private @Nullable WasmMemory wasm;
  private boolean fromGo;

  ElfNotes(ElfFile file) {
    this.file = file;
  }

  /** What {@code PAPPUS_FUNCTION} wrote, or null. */
  @Nullable FunctionNote function() {
    return function;
  }

  /** The linear memory of a WebAssembly module, or null if the binary was no such module. */
  @Nullable WasmMemory wasm() {
    return wasm;
  }

  /** Whether Go's linker has made the binary. */
  boolean fromGo() {
    return fromGo;
  }

  /** Reads the notes in {@code [offset, offset + bytes)} of the file. */
  void read(long offset, long bytes) {
    long at = offset;
    long end = offset + bytes;
    while (end - at >= HEADER_BYTES) {
      long ownerBytes = file.u32(at);
      long descriptionBytes = file.u32(at + 4);
      long type = file.u32(at + 8);
      long owner = at + HEADER_BYTES;
      long description = owner + roundUp4(ownerBytes);
      if (description > end || descriptionBytes > end - description) {
        throw bad(ElfFile.HINT_BUILD, "a note reaches beyond its segment");
      }
      if (ownerBytes == OWNER.length() + 1 && file.isText(owner, owner + ownerBytes, OWNER)) {
        take(type, description, descriptionBytes);
      }
      fromGo |= ownerBytes > GO_OWNER.length() && file.isText(owner, owner + ownerBytes, GO_OWNER);
      at = description + roundUp4(descriptionBytes);
    }
  }

  private void take(long type, long description, long bytes) {
    if (type == TYPE_FUNCTION) {
      if (function != null) {
        throw bad("keep one PAPPUS_FUNCTION per binary", "the binary declares two functions");
      }
      function = FunctionNoteText.parse(file.slice("the function note", description, bytes));
    } else if (type == TYPE_WASM) {
      if (wasm != null) {
        throw bad(ElfFile.HINT_BUILD, "the binary has two notes of linear memory");
      }
      wasm = WasmMemory.read(file, description, bytes);
    }
  }

  private static long roundUp4(long value) {
    return (value + 3) & -4;
  }
}
