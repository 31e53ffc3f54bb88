package dev.pappus.sandbox;

/**
 * Exit codes with a meaning of their own (dandelion.md 2.4). 0 is success; 1 to 255 and negative
 * ones belong to the function.
 */
public final class ExitCodes {
  /** Success. */
  public static final int SUCCESS = 0;

  /** What the platform writes before a run: the guest left without setting a code. */
  public static final int NOT_SET = -1;

  /** The value in the file: the runtime's start-up code never ran. */
  public static final int NEVER_INITIALISED = 256;

  /** The guest's allocator found overlapping blocks. */
  public static final int ALLOCATOR_OVERLAP = 257;

  /** The guest freed what it had not allocated. */
  public static final int BAD_FREE = 258;

  /** The guest's heap is exhausted. */
  public static final int OUT_OF_MEMORY = 259;

  /** The guest's runtime found outputs that no output set can take. */
  public static final int BAD_OUTPUT = 260;

  /** A program's library OS left where the program first touched an input, as it was told to. */
  public static final int TEMPLATE = 261;

  private ExitCodes() {}

  /** The code in words that continue "the function …". */
  public static String describe(int exitCode) {
    return switch (exitCode) {
      case SUCCESS -> "ended with exit code 0";
      case NOT_SET -> "left without setting an exit code (-1)";
      case NEVER_INITIALISED -> "never initialised its runtime (exit code 256)";
      case ALLOCATOR_OVERLAP -> "corrupted its heap: overlapping blocks (exit code 257)";
      case BAD_FREE -> "corrupted its heap: bad free (exit code 258)";
      case OUT_OF_MEMORY -> "ran out of memory (exit code 259)";
      case BAD_OUTPUT -> "left files that no output set can take (exit code 260)";
      case TEMPLATE -> "left with a template that nobody had asked for (exit code 261)";
      default -> "ended with exit code " + exitCode;
    };
  }
}
