package dev.pappus.cli;

import org.jspecify.annotations.Nullable;

/** Ends a command with a message for its user; never shown as a stack trace. */
class CliException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;
  private final @Nullable String hint;

  /** Ends the command with {@code exitCode}, what went wrong, and what to do next if known. */
  CliException(int exitCode, String message, @Nullable String hint) {
    super(message);
    this.exitCode = exitCode;
    this.hint = hint;
  }

  int exitCode() {
    return exitCode;
  }

  @Nullable String hint() {
    return hint;
  }

  String text() {
    return String.valueOf(getMessage());
  }
}
