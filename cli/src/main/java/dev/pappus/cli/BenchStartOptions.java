package dev.pappus.cli;

import dev.pappus.bench.node.NodeSettings;
import dev.pappus.bench.node.StartBench;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code pappus bench start}. */
@Command
final class BenchStartOptions {
  @Mixin private BenchNodeOptions common = new BenchNodeOptions();

  int run(Terminal terminal) throws IOException {
    NodeSettings settings;
    try {
      settings = common.node(terminal, 2, 15);
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()), null);
    }
    return common.run(
        terminal,
        "start",
        settings,
        List.of(),
        List.of("echo"),
        StartBench.GOALS,
        results -> StartBench.run(settings, results, terminal::say));
  }
}
