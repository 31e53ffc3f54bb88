package dev.pappus.cli;

import dev.pappus.bench.BenchReport;
import dev.pappus.bench.pipeline.PipelineBench;
import dev.pappus.bench.result.RunFolder;
import dev.pappus.bench.result.RunPlan;
import dev.pappus.model.Limit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pappus bench pipeline}. */
@Command
final class BenchPipelineOptions {
  private static final double QUICK_MIX_SECONDS = 12;

  @Option(
      names = "--item-max",
      paramLabel = "SIZE",
      description = "Largest item, from 1KiB to 64MiB (default: 64MiB).")
  private String itemMax = "64MiB";

  @Option(names = "--reps", paramLabel = "N", description = "Repetitions (default: 9).")
  private int repetitions = 9;

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      description = "How long the mix of applications runs (default: 90s).")
  private @Nullable String duration;

  @Option(
      names = "--scale-rate",
      paramLabel = "X",
      description = "Factor on the paper's rates (default: what 60 %% of this host bears).")
  private @Nullable Double rate;

  @Option(
      names = "--seal-from",
      paramLabel = "SIZE",
      description =
          "From how many bytes on results stay in their sandboxes (default: limits.seal_from's).")
  private @Nullable String sealFrom;

  @Option(names = "--seed", paramLabel = "N", description = "Seed of all choices (default: 1).")
  private long seed = 1;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Run folder to make (default: pipeline-DATE).")
  private @Nullable Path out;

  @Option(names = "--quick", description = "Items up to 1MiB, 2 repetitions, a mix of 12 s.")
  private boolean quick;

  int run(Terminal terminal) throws IOException {
    PipelineBench.Options options = options();
    List<Path> binaries =
        Stream.of("make_items", "copy", "sum_items", "count_lines", "compress_image")
            .map(name -> terminal.guestBuild().resolve(name + ".elf"))
            .toList();
    RunPlan plan =
        new RunPlan("pipeline", command(), seed, terminal.home(), binaries, BenchReport.FLAGS);
    Path made = BenchTimes.folder(terminal, out, "pipeline");
    try (RunFolder results = RunFolder.create(made, plan)) {
      PipelineBench bench = new PipelineBench(terminal.guestBuild(), options, terminal::say);
      terminal.out().print(bench.run(results).text());
    }
    terminal.out().println("figures and points: " + made);
    return ExitCode.OK;
  }

  /** What it says; a usage error if that makes no sense. */
  private PipelineBench.Options options() {
    try {
      double seconds = BenchTimes.nanos("--duration", duration, TimeUnit.SECONDS.toNanos(90)) / 1e9;
      long bytes = Limit.OUTPUT_BYTES.parse(itemMax);
      if (repetitions < 1 || seconds < 1 || bytes < 1024 || (rate != null && !(rate > 0))) {
        throw new CliException(
            ExitCode.USAGE,
            "--reps must be from 1, --duration from 1s, --item-max from 1KiB, --scale-rate above 0",
            null);
      }
      return new PipelineBench.Options(
          quick ? Math.min(bytes, 1 << 20) : bytes,
          quick ? 2 : repetitions,
          quick ? QUICK_MIX_SECONDS : seconds,
          sealFrom == null ? Limit.SEAL_FROM.defaultValue() : Limit.SEAL_FROM.parse(sealFrom),
          rate == null ? OptionalDouble.empty() : OptionalDouble.of(rate),
          seed);
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCode.USAGE, "--item-max and --seal-from must be like 1MiB", null);
    }
  }

  /** The command that repeats it, but for {@code --out}. */
  private List<String> command() {
    List<String> command =
        new ArrayList<>(
            List.of(
                "bench",
                "pipeline",
                "--item-max",
                itemMax,
                "--reps",
                Integer.toString(repetitions),
                "--seed",
                Long.toString(seed)));
    if (duration != null) {
      command.addAll(List.of("--duration", duration));
    }
    if (sealFrom != null) {
      command.addAll(List.of("--seal-from", sealFrom));
    }
    if (rate != null) {
      command.addAll(List.of("--scale-rate", rate.toString()));
    }
    if (quick) {
      command.add("--quick");
    }
    return command;
  }
}
