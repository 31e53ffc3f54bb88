package dev.pappus.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code -o} of every command that prints data. */
@Command
final class OutputOption {
  /** How data is printed. */
  enum Format {
    TABLE,
    JSON
  }

  @Option(
      names = {"-o", "--output"},
      paramLabel = "json|table",
      description = "How to print data (default: table).")
  private Format format = Format.TABLE;

  boolean json() {
    return format == Format.JSON;
  }
}
