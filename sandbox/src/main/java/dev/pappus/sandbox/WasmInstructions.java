package dev.pappus.sandbox;

/**
 * Skips instructions of WebAssembly 2.0 without SIMD, and counts on the way how far branches reach.
 * Opcodes are numbers as the specification has them; those with a prefix are {@code prefix << 8 |
 * number}.
 */
final class WasmInstructions {
  /** Stands for types that only garbage collection has. */
  static final int COLLECTED_TYPE = 0xFB00;

  /** {@code ref.as_non_null}, which stands for references to types. */
  static final int TYPED_REFERENCE = 0xD4;

  private static final int END = 0x0B;
  private static final int NO_RESULT = 0x40;
  private static final int EXTERNREF = 0x6F;
  private static final int I32 = 0x7F;
  private static final int LAST_PLAIN_PREFIXED = 17;

  private final WasmCursor cursor;
  private long depth;
  private long branchSteps;
  private boolean hasTypedBlocks;

  WasmInstructions(WasmCursor cursor) {
    this.cursor = cursor;
  }

  /** For all branches together, how many blocks there are between each and its target. */
  long branchSteps() {
    return branchSteps;
  }

  /** Whether a block has a type of its own, rather than no result or one. */
  boolean hasTypedBlocks() {
    return hasTypedBlocks;
  }

  /** Skips all there is; returns an opcode that is unknown here, where it ends early, or 0. */
  int skipAll() {
    while (cursor.hasRemaining()) {
      int unknown = skip(cursor.u8());
      if (unknown != 0) {
        return unknown;
      }
    }
    return 0;
  }

  /** Skips a constant expression, its end included; as {@link #skipAll}. */
  int skipExpression() {
    for (int opcode = cursor.u8(); opcode != END; opcode = cursor.u8()) {
      int unknown = skip(opcode);
      if (unknown != 0) {
        return unknown;
      }
    }
    return 0;
  }

  private int skip(int opcode) {
    switch (opcode) {
      case 0x02, 0x03, 0x04 -> {
        depth++;
        long type = cursor.u32();
        hasTypedBlocks |= type != NO_RESULT && (type < EXTERNREF || type > I32);
        return isTypedReference(type) ? TYPED_REFERENCE : 0;
      }
      case END -> depth--;
      case 0x0C, 0x0D -> branch();
      case 0x0E -> {
        for (long targets = cursor.u32(); targets >= 0; targets--) {
          branch();
        }
      }
      case 0x1C -> {
        for (long types = cursor.u32(); types > 0; types--) {
          if (isTypedReference(cursor.u32())) {
            return TYPED_REFERENCE;
          }
        }
      }
      // call, local, global, table, ref.func, and sizes of memory
      case 0x10, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x3F, 0x40, 0xD2 -> cursor.u32();
      case 0x11 -> skipNumbers(2);
      case 0x41, 0x42, 0xD0 -> skipNumber();
      case 0x43 -> cursor.slice(Float.BYTES);
      case 0x44 -> cursor.slice(Double.BYTES);
      case 0xFC -> {
        return skipPrefixed();
      }
      case 0xFB, 0xFD, 0xFE, 0xFF -> {
        return opcode << 8;
      }
      default -> {
        return skipSimple(opcode);
      }
    }
    return 0;
  }

  /** Whether a type goes on behind its first byte, as those of WebAssembly 2.0 do not. */
  static boolean isTypedReference(long type) {
    return type == 0x63 || type == 0x64;
  }

  private int skipSimple(int opcode) {
    if (opcode >= 0x28 && opcode <= 0x3E) {
      boolean namesItsMemory = cursor.u32() >> 6 != 0;
      skipNumbers(namesItsMemory ? 2 : 1);
      return 0;
    }
    boolean plain =
        opcode <= 0x01
            || opcode == 0x05
            || opcode == 0x0F
            || opcode == 0x1A
            || opcode == 0x1B
            || (opcode >= 0x45 && opcode <= 0xC4)
            || opcode == 0xD1;
    // 0 says that all is well, and unreachable is plain: no unknown opcode is 0.
    return plain ? 0 : opcode;
  }

  /** Saturating conversions, and what is done to whole memories and tables. */
  private int skipPrefixed() {
    long number = cursor.u32();
    if (number > LAST_PLAIN_PREFIXED) {
      return 0xFF00;
    }
    switch ((int) number) {
      case 8, 10, 12, 14 -> skipNumbers(2);
      case 9, 11, 13, 15, 16, 17 -> cursor.u32();
      default -> {
        // Conversions have nothing behind them.
      }
    }
    return 0;
  }

  private void branch() {
    branchSteps += 1 + Math.min(cursor.u32(), Math.max(0, depth));
  }

  private void skipNumbers(int count) {
    for (int i = 0; i < count; i++) {
      cursor.u32();
    }
  }

  /** A number of any kind, whose value does not matter. */
  private void skipNumber() {
    while (cursor.u8() >= 0x80) {
      // The next byte belongs to it too.
    }
  }
}
