package dev.pappus.sandbox;

import dev.pappus.model.GuestState;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Says what an exception of the processor means for the program that met it: for native code of
 * WebAssembly modules the trap that stands behind it (docs/abi.md, section 11), for any other what
 * the processor says.
 */
public final class GuestFaults {
  private static final int INVALID_OPCODE = 6;
  private static final int PAGE_FAULT = 14;
  private static final String SYMBOL_PREFIX = "w2c_";
  private static final String OUT_OF_BOUNDS = "out of bounds memory access";

  /** UD1 with a displacement of one byte from RAX: the trap's number. */
  private static final byte[] TRAP_CODE = {0x0F, (byte) 0xB9, 0x40};

  private GuestFaults() {}

  /**
   * A run that ended with an exception.
   *
   * @param image the function that ran
   * @param layout of its context
   * @param vector the exception's number
   * @param errorCode where it has one
   * @param address of a page fault
   * @param instruction where it happened
   */
  public static RunOutcome.Faulted of(
      ElfImage image,
      GuestLayout layout,
      int vector,
      @Nullable Long errorCode,
      @Nullable Long address,
      long instruction) {
    String symbol = image.symbolize(instruction);
    WasmMemory memory = image.wasm();
    if (memory != null) {
      String function = functionName(symbol);
      if (vector == PAGE_FAULT && address != null && memory.reaches(address)) {
        long inside = address - memory.base();
        return trap(
            OUT_OF_BOUNDS + " at 0x" + Long.toHexString(inside), inside, instruction, function);
      }
      String trap = trap(image, layout, vector, address, instruction);
      if (trap != null) {
        return trap(trap, null, instruction, function);
      }
    }
    return new RunOutcome.Faulted(
        FaultText.of(vector, errorCode, address, instruction),
        new GuestState(null, vector, errorCode, address, instruction, symbol, null));
  }

  private static RunOutcome.Faulted trap(
      String description, @Nullable Long address, long instruction, @Nullable String function) {
    return new RunOutcome.Faulted(
        description, new GuestState(null, null, null, address, instruction, function, null));
  }

  private static @Nullable String trap(
      ElfImage image, GuestLayout layout, int vector, @Nullable Long address, long instruction) {
    if (vector == INVALID_OPCODE) {
      return words(number(image, instruction));
    }
    boolean inGuard =
        address != null && address >= layout.heapEnd() && address < layout.stackBottom();
    return vector == PAGE_FAULT && inGuard ? "call stack exhausted" : null;
  }

  private static int number(ElfImage image, long instruction) {
    ElfImage.Segment segment = image.segmentAt(instruction);
    if (segment == null) {
      return 0;
    }
    long at = instruction - segment.address();
    if (at > segment.bytes().byteSize() - TRAP_CODE.length - 1) {
      return 0;
    }
    for (int i = 0; i < TRAP_CODE.length; i++) {
      if (segment.bytes().get(ValueLayout.JAVA_BYTE, at + i) != TRAP_CODE[i]) {
        return 0;
      }
    }
    return segment.bytes().get(ValueLayout.JAVA_BYTE, at + TRAP_CODE.length);
  }

  private static @Nullable String words(int number) {
    return switch (number) {
      case 1 -> OUT_OF_BOUNDS;
      case 2 -> "integer overflow";
      case 3 -> "integer divide by zero";
      case 4 -> "invalid conversion to integer";
      case 5 -> "unreachable executed";
      case 6 -> "indirect call type mismatch";
      case 7 -> "call stack exhausted";
      default -> null;
    };
  }

  /** The module's name of a function: without what wasm2c and gcc add, and without an offset. */
  private static @Nullable String functionName(@Nullable String symbol) {
    if (symbol == null || !symbol.startsWith(SYMBOL_PREFIX)) {
      return symbol;
    }
    return symbol.substring(SYMBOL_PREFIX.length()).replaceFirst("[.+].*", "");
  }
}
