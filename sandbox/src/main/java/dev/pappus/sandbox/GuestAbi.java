package dev.pappus.sandbox;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Numbers of the guest ABI: offsets in the control block and in the records it points to, all
 * little-endian. docs/abi.md explains them; a test compares them with the C header.
 */
public final class GuestAbi {
  /** Symbol of the control block; reference SDK and our runtime use the same name. */
  public static final String CONTROL_SYMBOL = "__dandelion_system_data";

  /** Optional symbol of the log ring. */
  public static final String LOG_SYMBOL = "__pappus_log";

  /** Optional symbol of a word: where the log ring is instead, unless it is 0. */
  public static final String LOG_POINTER_SYMBOL = "__pappus_log_pointer";

  /** The set that holds what a program is given to read, as an input, and prints, as an output. */
  public static final String STDIO = "stdio";

  /** Alignment of the control block and of all records. */
  public static final int RECORD_ALIGNMENT = 8;

  /** Alignment of item data in the guest, relied upon by SIMD code. */
  public static final int ITEM_ALIGNMENT = 128;

  /** Port whose {@code out} ends a run; the other agreed exit is {@code int 0x20}. */
  public static final int EXIT_PORT = 0x10;

  /** Port whose {@code out} asks for more linear memory, in binaries with a note that allows it. */
  public static final int GROW_PORT = 0x12;

  /** Bytes of the control block. */
  public static final int CONTROL_BYTES = 72;

  static final int CONTROL_EXIT_CODE = 0;
  static final int CONTROL_HEAP_BEGIN = 8;
  static final int CONTROL_HEAP_END = 16;
  static final int CONTROL_INPUT_COUNT = 24;
  static final int CONTROL_INPUT_SETS = 32;
  static final int CONTROL_OUTPUT_COUNT = 40;
  static final int CONTROL_OUTPUT_SETS = 48;
  static final int CONTROL_INPUT_ITEMS = 56;
  static final int CONTROL_OUTPUT_ITEMS = 64;

  static final int SET_BYTES = 24;
  static final int SET_NAME = 0;
  static final int SET_NAME_BYTES = 8;
  static final int SET_FIRST = 16;

  static final int ITEM_BYTES = 40;
  static final int ITEM_NAME = 0;
  static final int ITEM_NAME_BYTES = 8;
  static final int ITEM_DATA = 16;
  static final int ITEM_DATA_BYTES = 24;
  static final int ITEM_KEY = 32;

  /** Bytes that the log ring holds. */
  public static final int LOG_CAPACITY_BYTES = 4096;

  static final int LOG_TOTAL = 0;
  static final int LOG_TEXT = 8;
  static final int LOG_BYTES = LOG_TEXT + LOG_CAPACITY_BYTES;

  static final ValueLayout.OfLong U64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfShort U16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private GuestAbi() {}

  /** The exit code in the control block at {@code controlBlock}. */
  public static int exitCode(GuestMemory memory, long controlBlock) {
    MemorySegment word = MemorySegment.ofArray(new byte[Integer.BYTES]);
    memory.read(controlBlock + CONTROL_EXIT_CODE, word);
    return word.get(U32, 0);
  }
}
