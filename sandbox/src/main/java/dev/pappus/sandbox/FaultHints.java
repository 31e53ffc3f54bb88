package dev.pappus.sandbox;

import dev.pappus.model.GuestState;
import java.util.Map;

/** What a fault most probably means to the author of the function. */
final class FaultHints {
  private static final int DIVIDE_ERROR = 0;
  private static final int INVALID_OPCODE = 6;
  private static final int GENERAL_PROTECTION = 13;
  private static final int PAGE_FAULT = 14;
  private static final long WRITE = 1 << 1;
  private static final long FETCH = 1 << 4;
  private static final long NULL_AREA_BYTES = 64 << 10;

  private static final String TABLE =
      "a function was called through a pointer that is null, stale or cast to another type of"
          + " function";

  private static final Map<String, String> TRAPS =
      Map.of(
          "out of bounds memory access",
          "a pointer or an index was wrong, or memory that could not be had was used all the same:"
              + " see whether malloc or memory.grow failed; 'pappus deploy --memory' gives more",
          "out of bounds table access",
          "an index into a table of functions was wrong",
          "unreachable executed",
          "the program gave up: a failed assertion, abort, a panic, or a function called with"
              + " another signature than it has; see what it printed last",
          "call stack exhausted",
          "recursion went too deep, or never ends: recurse less deeply, or use a loop",
          "indirect call type mismatch",
          TABLE,
          "uninitialized table element called",
          TABLE,
          "undefined table element called",
          TABLE,
          "integer divide by zero",
          "a division by zero, or a remainder of one",
          "integer overflow",
          "a quotient or a converted number that is too large for its type",
          "invalid conversion to integer",
          "a floating-point number that is none (NaN) was made an integer");

  private FaultHints() {}

  /**
   * The hint for a fault.
   *
   * @param description what happened, in the words of WebAssembly where it is a trap
   */
  static String of(String description, GuestState state, GuestLayout layout) {
    Integer vector = state.vector();
    if (vector == null) {
      return trap(description);
    }
    return switch (vector) {
      case DIVIDE_ERROR -> "a division by zero, or a quotient too large for its type";
      case INVALID_OPCODE ->
          "the code met __builtin_trap, a system call, or an instruction this CPU lacks: compile for"
              + " an older CPU (-march)";
      case GENERAL_PROTECTION ->
          "a privileged or I/O instruction, a pointer that is no address, or unaligned SSE data;"
              + " functions cannot make system calls";
      case PAGE_FAULT -> pageFault(state, layout);
      default -> "see the vector in the processor's manual";
    };
  }

  /** Traps begin with the words that the specification of WebAssembly has for them. */
  private static String trap(String description) {
    for (Map.Entry<String, String> each : TRAPS.entrySet()) {
      if (description.startsWith(each.getKey())) {
        return each.getValue();
      }
    }
    return "run the function under a debugger with the same input";
  }

  private static String pageFault(GuestState state, GuestLayout layout) {
    Long address = state.address();
    Long errorCode = state.errorCode();
    if (address == null || errorCode == null) {
      return "an access to memory that the function does not have";
    }
    if (Long.compareUnsigned(address, NULL_AREA_BYTES) < 0) {
      return "a null pointer was used";
    }
    if ((errorCode & FETCH) != 0) {
      return "data was called as if it were code";
    }
    if (address >= layout.heapEnd() && address < layout.stackBottom()) {
      return "the stack overflowed: recurse less deeply, or allocate large arrays with pappus_alloc";
    }
    if (Long.compareUnsigned(address, layout.contextBytes()) >= 0) {
      return "the address is outside the function's memory; a larger context moves the border";
    }
    return (errorCode & WRITE) != 0
        ? "a write to read-only data or code"
        : "a read of memory that the function does not have";
  }
}
