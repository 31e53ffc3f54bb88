package dev.pappus.cli;

import dev.pappus.model.ProblemException;
import dev.pappus.server.settings.Settings;
import dev.pappus.server.telemetry.ProcessLog;
import java.io.IOException;
import java.nio.file.Path;

/** A node in this process, for one command, where none runs. */
final class LocalNode {
  private LocalNode() {}

  /** With nothing registered. */
  static DemoNode empty(Terminal terminal, Settings settings) throws IOException {
    ProcessLog.errorsOnly();
    return DemoNode.startWith(settings, builder -> builder.compilers(new NodeCompiler(terminal)));
  }

  /** With what {@code data} holds. */
  static DemoNode withData(Terminal terminal, Settings settings, Path data) throws IOException {
    ProcessLog.errorsOnly();
    if (terminal.verbose()) {
      terminal.say("no node runs; invoking in this process with " + data);
    }
    try {
      return DemoNode.startWith(settings, builder -> builder.dataFolder(data));
    } catch (ProblemException e) {
      throw new CliException(
          ExitCode.UNREACHABLE,
          "no node answers at the default address, and its data cannot be used here: "
              + e.problem().detail(),
          "name the node with --server or PAPPUS_SERVER if it listens elsewhere");
    }
  }
}
