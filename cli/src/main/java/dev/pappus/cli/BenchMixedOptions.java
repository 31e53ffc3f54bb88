package dev.pappus.cli;

import dev.pappus.bench.node.MixedBench;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pappus bench mixed}. */
@Command
final class BenchMixedOptions {
  @Mixin private BenchNodeOptions common = new BenchNodeOptions();

  @Mixin private BenchSliceOptions slices = new BenchSliceOptions();

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Short functions a second (default: 500).")
  private double rate = 500;

  @Option(
      names = "--long-cores",
      paramLabel = "X",
      description = "How many cores long functions would keep busy (default: 0.5).")
  private double cores = 0.5;

  int run(Terminal terminal) throws IOException {
    MixedBench.Settings settings = settings(terminal);
    List<String> words =
        new ArrayList<>(BenchSliceOptions.words(settings.nanos(), settings.warmUpNanos()));
    words.addAll(List.of("--rate", Double.toString(rate), "--long-cores", Double.toString(cores)));
    return common.run(
        terminal,
        "mixed",
        settings.node(),
        words,
        List.of("echo", "trace_work"),
        MixedBench.GOALS,
        results -> MixedBench.run(settings, results, terminal::say));
  }

  private MixedBench.Settings settings(Terminal terminal) {
    try {
      return new MixedBench.Settings(
          common.node(terminal, 2, 15),
          slices.nanos(common, TimeUnit.SECONDS.toNanos(2), TimeUnit.SECONDS.toNanos(10)),
          slices.warmUpNanos(common),
          rate,
          cores);
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()), null);
    }
  }
}
