package dev.pappus.cli;

import dev.pappus.bench.node.LatencyBench;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pappus bench latency}. */
@Command
final class BenchLatencyOptions {
  @Mixin private BenchNodeOptions common = new BenchNodeOptions();

  @Mixin private BenchSliceOptions slices = new BenchSliceOptions();

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Requests a second for processor time (default: 1000).")
  private double rate = 1000;

  @Option(
      names = "--connections",
      paramLabel = "N",
      description = "Where there are many (default: 64).")
  private int connections = 64;

  int run(Terminal terminal) throws IOException {
    LatencyBench.Settings settings = settings(terminal);
    List<String> words =
        new ArrayList<>(BenchSliceOptions.words(settings.nanos(), settings.warmUpNanos()));
    words.addAll(
        List.of("--rate", Double.toString(rate), "--connections", Integer.toString(connections)));
    return common.run(
        terminal,
        "latency",
        settings.node(),
        words,
        List.of("echo"),
        LatencyBench.GOALS,
        results -> LatencyBench.run(settings, results, terminal::say));
  }

  private LatencyBench.Settings settings(Terminal terminal) {
    try {
      return new LatencyBench.Settings(
          common.node(terminal, 2, 15),
          slices.nanos(common, TimeUnit.MILLISECONDS.toNanos(500), TimeUnit.SECONDS.toNanos(2)),
          slices.warmUpNanos(common),
          rate,
          connections);
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()), null);
    }
  }
}
