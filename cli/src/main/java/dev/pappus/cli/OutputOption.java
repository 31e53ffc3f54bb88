package dev.pappus.cli;

import dev.pappus.server.ConfigurationException;
import picocli.CommandLine.Command;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;

/** {@code -o} of every command that prints data. */
@Command
final class OutputOption {
  /** How data is printed. */
  enum Format {
    TABLE,
    WIDE,
    JSON
  }

  private Format format = Format.TABLE;

  /** A mixin of this for commands that are described by annotations. */
  @Mixin
  private final CommandSpec spec =
      CommandSpec.create()
          .addOption(
              DescribedOption.of(
                      Format.class,
                      value -> format = value,
                      "How to print data (default: table, or the setting output).",
                      "-o",
                      "--output")
                  .paramLabel("json|table|wide")
                  .build());

  /** For commands that are described in code. */
  CommandSpec spec() {
    return spec;
  }

  /** Where nothing is said, what the setting {@code output} says. */
  static IDefaultValueProvider defaults(Terminal terminal) {
    return argument -> {
      if (argument.type() != Format.class) {
        return null;
      }
      try {
        return SettingsSource.load(terminal, null).text("output").orElse(null);
      } catch (ConfigurationException e) {
        // A command that needs settings says what is wrong with them; others work without.
        return null;
      }
    };
  }

  boolean wide() {
    return format == Format.WIDE;
  }

  boolean json() {
    return format == Format.JSON;
  }
}
