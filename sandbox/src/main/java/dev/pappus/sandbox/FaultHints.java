package dev.pappus.sandbox;

import dev.pappus.model.GuestState;

/** What a fault most probably means to the author of the function. */
final class FaultHints {
  private static final int DIVIDE_ERROR = 0;
  private static final int INVALID_OPCODE = 6;
  private static final int GENERAL_PROTECTION = 13;
  private static final int PAGE_FAULT = 14;
  private static final long WRITE = 1 << 1;
  private static final long FETCH = 1 << 4;
  private static final long NULL_AREA_BYTES = 64 << 10;

  private FaultHints() {}

  static String of(GuestState state, GuestLayout layout) {
    Integer vector = state.vector();
    if (vector == null) {
      return "run the function under a debugger with the same input";
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
