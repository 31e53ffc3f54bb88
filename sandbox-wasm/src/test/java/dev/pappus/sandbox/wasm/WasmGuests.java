package dev.pappus.sandbox.wasm;

import dev.pappus.sandbox.Guests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;

/** The guest programs as WebAssembly modules, which {@code make -C guest} builds where it can. */
final class WasmGuests {
  private WasmGuests() {}

  /** The bytes of {@code name.wasm}. */
  static MemorySegment binary(String name) {
    try {
      return MemorySegment.ofArray(Files.readAllBytes(Guests.file(name + ".wasm")));
    } catch (IOException e) {
      throw new UncheckedIOException("build the guests first: make -C guest", e);
    }
  }
}
