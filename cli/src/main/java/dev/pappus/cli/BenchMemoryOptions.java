package dev.pappus.cli;

import dev.pappus.bench.node.MemoryBench;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pappus bench memory}. */
@Command
final class BenchMemoryOptions {
  @Mixin private BenchNodeOptions common = new BenchNodeOptions();

  @Option(
      names = "--sandboxes",
      paramLabel = "N",
      description = "How many more of them (default: 100).")
  private @Nullable Integer sandboxes;

  @Option(
      names = "--functions",
      paramLabel = "N",
      description = "How many are registered (default: 10000).")
  private @Nullable Integer functions;

  @Option(
      names = "--return-time",
      paramLabel = "TIME",
      description = "What a node has to give freed memory back (default: 25s).")
  private @Nullable String returnTime;

  int run(Terminal terminal) throws IOException {
    MemoryBench.Settings settings = settings(terminal);
    List<String> words =
        List.of(
            "--sandboxes",
            Integer.toString(settings.sandboxes()),
            "--functions",
            Integer.toString(settings.functions()),
            "--return-time",
            BenchTimes.text(settings.returnNanos()));
    return common.run(
        terminal,
        "memory",
        settings.node(),
        words,
        List.of("echo"),
        MemoryBench.GOALS,
        results -> MemoryBench.run(settings, results, terminal::say));
  }

  private MemoryBench.Settings settings(Terminal terminal) {
    try {
      return new MemoryBench.Settings(
          common.node(terminal, 1, 7),
          common.count(sandboxes, 20, 100),
          common.count(functions, 500, 10_000),
          common.nanos("--return-time", returnTime, 0, TimeUnit.SECONDS.toNanos(25)));
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()), null);
    }
  }
}
