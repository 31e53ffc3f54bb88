package dev.pappus.sandbox;

/**
 * Numbers of the interface between the platform and its library OS, guest/include/pappus_libos.h; a
 * test compares them. All little-endian, all addresses guest-virtual.
 */
public final class LibosAbi {
  /** Symbol of the start record, which the platform fills. */
  public static final String START_SYMBOL = "__pappus_start";

  /** Symbol of the record that the library OS fills before it leaves with a template. */
  public static final String TEMPLATE_SYMBOL = "__pappus_template";

  /** Symbol of the code that a program's system calls arrive at. */
  public static final String SYSCALL_SYMBOL = "__pappus_syscall";

  /** Symbol of the code that a program's system calls arrive at as signals, in a process. */
  public static final String SIGNAL_SYMBOL = "__pappus_signal";

  /** Version of the start record. */
  public static final long START_VERSION = 1;

  /** Flag of a start: leave where the program first touches an input. */
  public static final long START_TEMPLATE = 1;

  /** Bytes of the start record. */
  public static final int START_BYTES = 96;

  static final int START_VERSION_AT = 0;
  static final int START_FLAGS = 8;
  static final int START_ENTRY = 16;
  static final int START_HEADERS = 24;
  static final int START_HEADER_COUNT = 32;
  static final int START_IMAGE_BEGIN = 40;
  static final int START_IMAGE_END = 48;
  static final int START_WORDS = 56;
  static final int START_WORD_COUNT = 64;
  static final int START_INPUTS = 72;
  static final int START_INPUT_COUNT = 80;
  static final int START_STACK_BOTTOM = 88;

  /** Bytes of the template record. */
  public static final int TEMPLATE_BYTES = 24;

  static final int TEMPLATE_RESUME = 0;
  static final int TEMPLATE_FREE_BEGIN = 8;
  static final int TEMPLATE_FREE_END = 16;

  private LibosAbi() {}
}
