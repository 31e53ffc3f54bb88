package dev.pappus.cli;

import dev.pappus.bench.BenchReport;
import dev.pappus.bench.DeadlineBench;
import dev.pappus.bench.FaultsBench;
import dev.pappus.bench.OverloadBench;
import dev.pappus.bench.OverloadResult;
import dev.pappus.bench.SandboxBench;
import dev.pappus.model.ProblemException;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures this machine. */
@Command(
    name = "bench",
    description = "Measure sandboxes on this machine.",
    synopsisSubcommandLabel = "sandbox|deadline|faults|overload")
final class BenchCommand {
  private final Terminal terminal;

  BenchCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /** A benchmark. */
  private interface Measurement<T> {
    T run() throws IOException;
  }

  @Command(
      name = "sandbox",
      description = "What a sandbox costs beyond the work in it, against native code.")
  int sandbox(
      @Mixin OutputOption output,
      @Option(names = "--quick", description = "Less than a minute instead of three to four.")
          boolean quick)
      throws IOException {
    long nanos = TimeUnit.SECONDS.toNanos(quick ? 12 : 150);
    BenchReport report =
        measured(() -> new SandboxBench(terminal.guestBuild(), nanos, this::tell).run());
    if (output.json()) {
      Json.write(terminal.out(), report::writeTo);
    } else {
      terminal.out().print(report.text());
    }
    return ExitCode.OK;
  }

  @Command(name = "deadline", description = "How long after its deadline a looping guest is gone.")
  int deadline(@Option(names = "--quick", description = "2 seconds instead of 10.") boolean quick)
      throws IOException {
    long nanos = TimeUnit.SECONDS.toNanos(quick ? 2 : 10);
    terminal.out().print(measured(() -> DeadlineBench.run(terminal.guestBuild(), nanos)).text());
    return ExitCode.OK;
  }

  @Command(name = "faults", description = "What healthy calls lose where every second one faults.")
  int faults(@Option(names = "--quick", description = "2 seconds instead of 10.") boolean quick)
      throws IOException {
    long nanos = TimeUnit.SECONDS.toNanos(quick ? 2 : 10);
    terminal.out().print(measured(() -> FaultsBench.run(terminal.guestBuild(), nanos)).text());
    return ExitCode.OK;
  }

  @Command(
      name = "overload",
      description = "What a node still does at ten times the load it can bear, and beside noise.")
  int overload(
      @Mixin OutputOption output,
      @Option(names = "--quick", description = "8 seconds instead of 60.") boolean quick)
      throws IOException {
    long nanos = TimeUnit.SECONDS.toNanos(quick ? 8 : 60);
    OverloadResult result = measured(() -> OverloadBench.run(terminal.guestBuild(), nanos));
    if (output.json()) {
      Json.write(terminal.out(), result::writeTo);
    } else {
      terminal.out().print(result.text());
    }
    return ExitCode.OK;
  }

  private void tell(String what) {
    if (terminal.interactive()) {
      terminal.say("measuring " + what);
    }
  }

  private static <T> T measured(Measurement<T> measurement) throws IOException {
    try {
      return measurement.run();
    } catch (ProblemException e) {
      throw new CliException(ExitCode.FAILED, e.problem().detail(), e.problem().hint());
    }
  }
}
