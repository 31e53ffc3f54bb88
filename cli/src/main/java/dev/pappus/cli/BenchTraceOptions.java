package dev.pappus.cli;

import dev.pappus.bench.BenchReport;
import dev.pappus.bench.result.RunFolder;
import dev.pappus.bench.result.RunPlan;
import dev.pappus.bench.trace.TraceBench;
import dev.pappus.bench.trace.TraceException;
import dev.pappus.bench.trace.TraceOptions;
import dev.pappus.bench.trace.TraceScale;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pappus bench trace}. */
@Command
final class BenchTraceOptions {
  private static final String MINUTES = "1..10";

  @Parameters(paramLabel = "DIR", description = "Folder of a trace, .csv or .csv.gz.")
  private Path folder = Path.of(".");

  @Option(
      names = "--sample",
      paramLabel = "TEXT",
      description = "Reads only files whose names hold TEXT, where there are several traces.")
  private @Nullable String sample;

  @Option(
      names = "--minutes",
      paramLabel = "A..B",
      description = "Minutes of the trace (default: " + MINUTES + ").")
  private String minutes = MINUTES;

  @Option(
      names = "--max-duration",
      paramLabel = "TIME",
      description = "Cuts longer invocations (default: 1s).")
  private @Nullable String maxDuration;

  @Option(
      names = "--scale-rate",
      paramLabel = "X",
      description = "Share of invocations that are made (default: what 60 %% of this host bears).")
  private @Nullable Double rate;

  @Option(
      names = "--scale-memory",
      paramLabel = "X",
      description = "Factor on memory (default: what 60 %% of this host bears, at most 1).")
  private @Nullable Double memory;

  @Option(
      names = "--time-compression",
      paramLabel = "X",
      description = "Seconds of the trace in one second (default: 10).")
  private double compression = 10;

  @Option(
      names = "--busy-share",
      paramLabel = "X",
      description = "Part of a duration that is computing; the rest is waiting (default: 0.5).")
  private double busyShare = 0.5;

  @Option(names = "--seed", paramLabel = "N", description = "Seed of all choices (default: 1).")
  private long seed = 1;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Run folder to make (default: trace-DATE).")
  private @Nullable Path out;

  @Option(names = "--quick", description = "One minute of the trace, in 20 seconds.")
  private boolean quick;

  int run(Terminal terminal) throws IOException {
    TraceOptions options = options(terminal);
    RunPlan plan =
        new RunPlan(
            "trace",
            command(),
            seed,
            terminal.home(),
            List.of(terminal.guestBuild().resolve("trace_work.elf")),
            BenchReport.FLAGS);
    Path made = BenchTimes.folder(terminal, out, "trace");
    try (RunFolder results = RunFolder.create(made, plan)) {
      TraceBench bench = new TraceBench(terminal.guestBuild(), options, terminal::say);
      terminal.out().print(bench.run(results).text());
    } catch (TraceException e) {
      throw new CliException(ExitCode.FAILED, String.valueOf(e.getMessage()), null);
    }
    terminal.out().println("figures and points: " + made);
    return ExitCode.OK;
  }

  /** What it says; a usage error if that makes no sense. */
  private TraceOptions options(Terminal terminal) {
    String[] bounds = minutes.split("\\.\\.", -1);
    try {
      int from = Integer.parseInt(bounds[0]);
      int to = quick ? from : Integer.parseInt(bounds[bounds.length - 1]);
      TraceScale scale = new TraceScale(1, 1, quick ? 3 : compression, maxNanos(), busyShare, seed);
      return new TraceOptions(
          terminal.folder().resolve(folder),
          sample,
          from,
          to,
          optional(rate),
          optional(memory),
          scale);
    } catch (NumberFormatException e) {
      throw new CliException(
          ExitCode.USAGE, "--minutes must be A..B, not '" + minutes + "'", "for example 60..90");
    } catch (TraceException | IllegalArgumentException e) {
      throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()), null);
    }
  }

  private long maxNanos() {
    return BenchTimes.nanos("--max-duration", maxDuration, TimeUnit.SECONDS.toNanos(1));
  }

  private static OptionalDouble optional(@Nullable Double value) {
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /** The command that repeats it, but for {@code --out}. */
  private List<String> command() {
    List<String> command = new ArrayList<>(List.of("bench", "trace", folder.toString()));
    if (sample != null) {
      command.addAll(List.of("--sample", sample));
    }
    if (rate != null) {
      command.addAll(List.of("--scale-rate", rate.toString()));
    }
    if (memory != null) {
      command.addAll(List.of("--scale-memory", memory.toString()));
    }
    command.addAll(
        List.of(
            "--minutes", minutes,
            "--max-duration", maxNanos() / 1000 + "us",
            "--time-compression", Double.toString(compression),
            "--busy-share", Double.toString(busyShare),
            "--seed", Long.toString(seed)));
    if (quick) {
      command.add("--quick");
    }
    return command;
  }
}
