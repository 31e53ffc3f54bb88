package dev.pappus.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What many people type first: {@code help COMMAND} is {@code COMMAND --help}. */
@Command(name = "help", hidden = true, description = "Show the help of a command.")
final class HelpCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      arity = "0..*",
      paramLabel = "COMMAND",
      description = "Command, and what is below it.")
  private final List<String> path = new ArrayList<>();

  HelpCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    CommandLine command = Objects.requireNonNull(spec).commandLine().getParent();
    for (String name : path) {
      CommandLine next = command.getSubcommands().get(name);
      if (next == null) {
        throw new CliException(
            ExitCode.USAGE,
            "there is no command '" + ProblemText.printable(name) + "'",
            "pappus help lists all");
      }
      command = next;
    }
    command.usage(terminal.out());
    return ExitCode.OK;
  }
}
