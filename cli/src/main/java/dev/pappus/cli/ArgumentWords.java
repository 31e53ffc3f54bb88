package dev.pappus.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** The words after {@code --} on a command line: they are for the program that it names. */
final class ArgumentWords {
  private static final String DELIMITER = "--";

  private ArgumentWords() {}

  /**
   * Those of the command line that {@code spec} has parsed; null if there is no {@code --}.
   *
   * @param operands all that are no options, the words among them
   */
  static @Nullable List<String> after(@Nullable CommandSpec spec, List<String> operands) {
    List<String> line =
        spec == null ? List.of() : spec.commandLine().getParseResult().originalArgs();
    int words = line.size() - line.indexOf(DELIMITER) - 1;
    // An option may have the value "--"; then fewer words are left than follow it.
    return !line.contains(DELIMITER) || words > operands.size()
        ? null
        : List.copyOf(operands.subList(operands.size() - words, operands.size()));
  }
}
