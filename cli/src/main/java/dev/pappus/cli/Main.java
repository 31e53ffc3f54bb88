package dev.pappus.cli;

import dev.pappus.server.ConfigurationException;
import dev.pappus.server.OptimisingCompiler;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Future;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Entry point of the {@code pappus} command. */
public final class Main {
  private Main() {}

  /** Runs the command that {@code arguments} name and ends the process with its exit code. */
  public static void main(String[] arguments) {
    if (arguments.length > 0 && arguments[0].equals(ServerCommand.NAME)) {
      Future<Void> _ = OptimisingCompiler.standBack();
    }
    int exitCode = run(Terminal.ofProcess(arguments), arguments);
    System.out.flush();
    if (exitCode != ExitCode.OK || othersRun()) {
      System.exit(exitCode);
    }
    // Else returning ends the process too, and sooner: exit looks for a logger to tell of it, and
    // that search opens every jar of the class path.
  }

  /** Whether a thread would keep the process alive. */
  private static boolean othersRun() {
    Thread[] threads = new Thread[Thread.activeCount() + 16];
    int count = Thread.enumerate(threads);
    for (int i = 0; i < count; i++) {
      if (!threads[i].isDaemon() && threads[i] != Thread.currentThread()) {
        return true;
      }
    }
    return false;
  }

  /** Runs a command against {@code terminal}; returns its exit code. */
  static int run(Terminal terminal, String... arguments) {
    CommandLine commands = PappusCommand.of(terminal);
    PappusCommand.addCommands(commands, terminal, arguments);
    commands.setDefaultValueProvider(OutputOption.defaults(terminal));
    commands.setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8));
    commands.setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8));
    // Its own for paths calls by reflection, which takes some milliseconds of a node's start.
    commands.registerConverter(Path.class, Path::of);
    // "-d @FILE" is ours: the file's bytes, not further arguments.
    commands.setExpandAtFiles(false);
    commands.setCaseInsensitiveEnumValuesAllowed(true);
    commands.setUsageHelpAutoWidth(true);
    commands.setColorScheme(
        CommandLine.Help.defaultColorScheme(
            terminal.coloured() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
    commands.setParameterExceptionHandler((failure, ignored) -> sayUsageError(terminal, failure));
    commands.setExecutionExceptionHandler(
        (failure, command, ignored) -> sayFailure(terminal, failure));
    return commands.execute(arguments);
  }

  private static int sayUsageError(Terminal terminal, ParameterException failure) {
    terminal.sayError(text(failure));
    CommandLine command = failure.getCommandLine();
    PrintWriter err = command.getErr();
    if (!UnmatchedArgumentException.printSuggestions(failure, err)) {
      err.println("usage: " + command.getHelp().synopsis(0).strip());
      err.println("see: " + command.getCommandSpec().qualifiedName() + " --help");
    }
    err.flush();
    return ExitCode.USAGE;
  }

  private static String text(ParameterException failure) {
    if (failure instanceof UnmatchedArgumentException unmatched
        && !unmatched.isUnknownOption()
        && !unmatched.getUnmatched().isEmpty()) {
      String argument = ProblemText.printable(unmatched.getUnmatched().getFirst());
      return failure.getCommandLine().getSubcommands().isEmpty()
          ? "unexpected argument '" + argument + "'"
          : "there is no command '" + argument + "'";
    }
    return String.valueOf(failure.getMessage());
  }

  private static int sayFailure(Terminal terminal, Exception failure) {
    return switch (failure) {
      case ProblemReply reply -> {
        ProblemText.say(terminal, reply);
        yield reply.exitCode();
      }
      case CliException known -> {
        terminal.sayError(known.text());
        String hint = known.hint();
        if (hint != null) {
          terminal.sayHint(hint);
        }
        yield known.exitCode();
      }
      case ConfigurationException settings -> {
        String.valueOf(settings.getMessage()).lines().forEach(terminal::sayError);
        terminal.sayHint("docs/configuration.md lists all keys; 'pappus config show' what holds");
        yield ExitCode.USAGE;
      }
      case NoSuchFileException absent -> {
        terminal.sayError(IoText.of(absent));
        yield ExitCode.NOT_FOUND;
      }
      case IOException io -> {
        terminal.sayError(IoText.of(io));
        yield ExitCode.FAILED;
      }
      default -> {
        terminal.sayError("this is a bug in pappus: " + failure);
        terminal.sayHint("set PAPPUS_LOG=debug to see where, and please report it");
        if ("debug".equals(terminal.environment().get("PAPPUS_LOG"))) {
          failure.printStackTrace(terminal.err());
        }
        yield ExitCode.FAILED;
      }
    };
  }
}
