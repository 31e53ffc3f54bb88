package dev.pappus.cli;

/** Exit codes of every command. */
final class ExitCode {
  static final int OK = 0;

  /** A function or an operation failed. */
  static final int FAILED = 1;

  static final int USAGE = 2;
  static final int NOT_FOUND = 3;
  static final int FORBIDDEN = 4;
  static final int UNREACHABLE = 5;
  static final int QUOTA = 6;

  /** As GNU timeout has it. */
  static final int TIMEOUT = 124;

  /** Ctrl-C: 128 + SIGINT. */
  static final int INTERRUPTED = 130;

  private ExitCode() {}
}
