package dev.pappus.sandbox;

import org.jspecify.annotations.Nullable;

/** Says in words what a guest did. */
public final class FaultText {
  private static final int PAGE_FAULT = 14;
  private static final long NOT_ABSENT = 1;
  private static final long WRITE = 2;
  private static final long EXECUTE = 16;

  private FaultText() {}

  /**
   * An exception of the processor.
   *
   * @param vector its number
   * @param errorCode where it has one
   * @param address of a page fault
   * @param instruction where it happened
   */
  public static String of(
      int vector, @Nullable Long errorCode, @Nullable Long address, long instruction) {
    String what = vector == PAGE_FAULT ? pageFault(errorCode, address) : name(vector);
    return what + " at instruction 0x" + Long.toHexString(instruction);
  }

  private static String pageFault(@Nullable Long errorCode, @Nullable Long address) {
    long code = errorCode == null ? 0 : errorCode;
    String access = "read of";
    String reason = "not mapped";
    if ((code & EXECUTE) != 0) {
      access = "execution of";
      reason = (code & NOT_ABSENT) != 0 ? "not executable" : reason;
    } else if ((code & WRITE) != 0) {
      access = "write to";
      reason = (code & NOT_ABSENT) != 0 ? "not writable" : reason;
    } else if ((code & NOT_ABSENT) != 0) {
      reason = "not accessible";
    }
    String where = address == null ? "an unknown address" : "0x" + Long.toHexString(address);
    return "page fault on " + access + " " + where + " (" + reason + ")";
  }

  private static String name(int vector) {
    return switch (vector) {
      case 0 -> "division by zero or overflow in a division";
      case 1 -> "debug trap";
      case 2 -> "non-maskable interrupt";
      case 3 -> "breakpoint";
      case 4 -> "overflow trap";
      case 5 -> "bound range exceeded";
      case 6 -> "invalid or forbidden instruction";
      case 7 -> "floating-point unit not available";
      case 8 -> "double fault";
      case 10 -> "invalid task state";
      case 11 -> "segment not present";
      case 12 -> "stack segment fault";
      case 13 ->
          "general protection fault (privileged instruction, forbidden port or wild address)";
      case 16 -> "x87 floating-point error";
      case 17 -> "misaligned access";
      case 18 -> "machine check";
      case 19 -> "SIMD floating-point error";
      case 21 -> "control protection fault";
      default -> "exception " + vector;
    };
  }
}
