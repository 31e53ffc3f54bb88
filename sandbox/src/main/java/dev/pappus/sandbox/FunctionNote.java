package dev.pappus.sandbox;

import dev.pappus.model.Limits;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code PAPPUS_FUNCTION} wrote into a binary, so that deploying it needs no options.
 *
 * @param name the function's name
 * @param inputs names of its input sets, in order
 * @param outputs names of its output sets, in order
 */
public record FunctionNote(String name, List<String> inputs, List<String> outputs) {
  public FunctionNote {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /**
   * What a binary of either kind says of itself, or null if it says nothing. A native program is
   * checked wholly, of a WebAssembly module its sections alone.
   *
   * @param contextBytes size of the context that a native program shall fit into
   * @throws dev.pappus.model.ProblemException with BAD_BINARY if it is neither, or malformed
   */
  public static @Nullable FunctionNote of(MemorySegment binary, long contextBytes, Limits limits) {
    if (BinaryKind.of(binary) == BinaryKind.WASM) {
      return WasmFile.of(binary, limits).note();
    }
    return switch (NativeBinary.parse(binary, contextBytes, limits)) {
      case ElfImage function -> function.note();
      case LinuxProgram _ -> null;
    };
  }
}
