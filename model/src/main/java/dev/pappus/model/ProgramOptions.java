package dev.pappus.model;

import java.util.List;

/**
 * How a function starts that is an ordinary Linux program; other functions ignore it.
 *
 * @param arguments the words after the program's own name, as in {@code argv[1]} and so on; an item
 *     {@code stdio/argv} takes their place
 * @param snapshot whether runs may begin where the program first touches an input, with what it has
 *     done until then kept
 */
public record ProgramOptions(List<String> arguments, boolean snapshot) {
  /** No arguments, snapshots allowed. */
  public static final ProgramOptions DEFAULT = new ProgramOptions(List.of(), true);

  private static final int ARGUMENTS_MAX = 1024;
  private static final int CHARS_MAX = 64 << 10;

  /**
   * Checks the words.
   *
   * @throws ProblemException with BAD_REQUEST for a word with a NUL in it, or too many or too long
   *     ones
   */
  public ProgramOptions {
    arguments = List.copyOf(arguments);
    long chars = 0;
    for (String each : arguments) {
      chars += each.length();
      if (each.indexOf('\0') >= 0) {
        throw bad("an argument of the program contains NUL");
      }
    }
    if (arguments.size() > ARGUMENTS_MAX || chars > CHARS_MAX) {
      throw bad(
          "the program has %d arguments of %d characters; at most %d of %d are taken"
              .formatted(arguments.size(), chars, ARGUMENTS_MAX, CHARS_MAX));
    }
  }

  private static ProblemException bad(String detail) {
    return new ProblemException(
        Problem.of(ProblemCode.BAD_REQUEST, "%s", detail)
            .withHint("give large data as an input item instead"));
  }
}
