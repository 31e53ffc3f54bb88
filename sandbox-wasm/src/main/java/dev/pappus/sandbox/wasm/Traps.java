package dev.pappus.sandbox.wasm;

import dev.pappus.model.GuestState;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import run.endive.wasm.WasmEngineException;

/** Says in words how generated code was left. */
final class Traps {
  private static final String GENERATED_METHOD = "func_";

  /** What the engine says, and what the specification calls it, where the two differ. */
  private static final Map<String, String> WORDS =
      Map.of(
          "Trapped on unreachable instruction", "unreachable executed",
          "undefined element", "undefined table element called",
          "uninitialized element", "uninitialized table element called");

  private Traps() {}

  /** What happened; null if it was nothing that a guest can do. */
  static @Nullable String describe(Throwable thrown) {
    return switch (thrown) {
      case StackOverflowError _ -> "call stack exhausted";
      case OutOfMemoryError _ -> "out of the node's memory";
      case WasmEngineException trap -> words(String.valueOf(trap.getMessage()));
      case IndexOutOfBoundsException _ -> "out of bounds access";
      case WasmContext.BadAllocation e -> String.valueOf(e.getMessage());
      case RuntimeException e -> "the engine gave up: " + e;
      default -> null;
    };
  }

  private static String words(String message) {
    for (Map.Entry<String, String> each : WORDS.entrySet()) {
      if (message.startsWith(each.getKey())) {
        return each.getValue();
      }
    }
    return message;
  }

  /** Where it happened: the innermost function of the module that is on the stack. */
  static GuestState where(Throwable thrown, WasmFunction function) {
    String symbol = null;
    for (Throwable each = thrown; each != null && symbol == null; each = each.getCause()) {
      symbol = innermost(each, function);
    }
    return new GuestState(null, null, null, null, null, symbol, null);
  }

  private static @Nullable String innermost(Throwable thrown, WasmFunction function) {
    for (StackTraceElement frame : thrown.getStackTrace()) {
      String method = frame.getMethodName();
      if (frame.getClassName().startsWith(ModuleCompiler.CLASS_NAME)
          && method.startsWith(GENERATED_METHOD)) {
        return function.nameOf(Integer.parseInt(method.substring(GENERATED_METHOD.length())));
      }
    }
    return null;
  }
}
