package dev.pappus.cli;

import dev.pappus.bench.BenchReport;
import dev.pappus.bench.DeadlineBench;
import dev.pappus.bench.FaultsBench;
import dev.pappus.bench.OverloadBench;
import dev.pappus.bench.OverloadResult;
import dev.pappus.bench.SandboxBench;
import dev.pappus.bench.result.Assertion;
import dev.pappus.bench.result.Comparison;
import dev.pappus.bench.result.FinishedRun;
import dev.pappus.bench.systems.Registrar;
import dev.pappus.model.ProblemException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures this machine. */
@Command(
    name = "bench",
    description = "Measure this machine, and systems on it.",
    synopsisSubcommandLabel = "COMMAND")
final class BenchCommand {
  /** What writes run folders. */
  private static final List<String> REPEATABLE =
      List.of("load", "curves", "trace", "pipeline", "latency", "mixed", "start", "memory");

  private final Terminal terminal;

  BenchCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /** A benchmark. */
  interface Measurement<T> {
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
        measured(() ->
            new SandboxBench(terminal.guestBuild(), nanos, what -> tell(terminal, what)).run());
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

  @Command(
      name = "programs",
      description = {
        "What unmodified Linux programs cost in sandboxes, beside processes of the same files.",
        "Interpreters are measured where 'pappus runtime add' has built them."
      })
  int programs(@Mixin BenchProgramsOptions options) throws IOException {
    return options.run(terminal);
  }

  @Command(
      name = "load",
      description = "Send requests on a schedule to any HTTP server, and check the answers.")
  int load(@Mixin BenchLoadOptions options) throws IOException {
    return options.run(terminal);
  }

  @Command(
      name = "curves",
      description = "Draw latency by throughput and share of warm requests, beside other systems.")
  int curves(@Mixin BenchCurvesOptions options) throws IOException {
    return options.run(terminal);
  }

  @Command(
      name = "trace",
      description = "Replay a trace of Azure Functions, beside a model of keep-alive.")
  int trace(@Mixin BenchTraceOptions options) throws IOException {
    return options.run(terminal);
  }

  @Command(
      name = "pipeline",
      description = "Chains, fan-outs, mixes of computing and communication; bytes copied.")
  int pipeline(@Mixin BenchPipelineOptions options) throws IOException {
    return options.run(terminal);
  }

  @Command(
      name = "latency",
      description = "What the smallest function adds to an echo of the same server.")
  int latency(@Mixin BenchLatencyOptions options) throws IOException {
    return options.run(terminal);
  }

  @Command(
      name = "mixed",
      description = "What short functions suffer from long ones on the same node.")
  int mixed(@Mixin BenchMixedOptions options) throws IOException {
    return options.run(terminal);
  }

  @Command(
      name = "start",
      description = "From nothing to a node's first answer, beside a bare Netty server.")
  int start(@Mixin BenchStartOptions options) throws IOException {
    return options.run(terminal);
  }

  @Command(
      name = "memory",
      description = "What a node occupies at rest, with warm sandboxes, with many functions.")
  int memory(@Mixin BenchMemoryOptions options) throws IOException {
    return options.run(terminal);
  }

  @Command(name = "redo", description = "Repeat a run with everything as it was.")
  int redo(
      @Parameters(paramLabel = "RUN", description = "A run folder, or its run.json.") Path run,
      @Option(names = "--out", paramLabel = "DIR", description = "Run folder to make.")
          @Nullable Path out)
      throws IOException {
    FinishedRun old = FinishedRun.read(terminal.folder().resolve(run));
    List<String> words = new ArrayList<>(old.command());
    if (words.size() < 2
        || !words.getFirst().equals("bench")
        || !REPEATABLE.contains(words.get(1))) {
      throw new CliException(
          ExitCode.FAILED,
          run + " does not say how it was made: its command is " + words,
          "only runs of " + String.join(", ", REPEATABLE) + " can be repeated");
    }
    words.add("--out");
    words.add(BenchTimes.folder(terminal, out, old.bench()).toString());
    terminal.say("pappus " + String.join(" ", words));
    return Main.run(terminal, words.toArray(String[]::new));
  }

  @Command(
      name = "compare",
      description = "Show the figures of one run, or of two side by side, and check claims.")
  int compare(
      @Parameters(paramLabel = "RUN", arity = "1..2", description = "Run folders, a and b.")
          List<Path> folders,
      @Option(
              names = "--assert",
              paramLabel = "CLAIM",
              description =
                  "Exit with 1 unless it holds, e.g. 'hot95/hot100>=0.97'; a.NAME and b.NAME name"
                      + " the run, else it is the last. Repeatable.")
          @Nullable List<String> claims)
      throws IOException {
    List<FinishedRun> runs = new ArrayList<>();
    for (Path folder : folders) {
      runs.add(FinishedRun.read(terminal.folder().resolve(folder)));
    }
    if (claims == null) {
      terminal.out().print(Comparison.text(runs));
      return ExitCode.OK;
    }
    boolean all = true;
    for (String claim : claims) {
      try {
        Assertion.Verdict verdict = Assertion.check(claim, runs);
        terminal.out().println(verdict.line());
        all &= verdict.holds();
      } catch (Assertion.SyntaxException e) {
        throw new CliException(ExitCode.USAGE, "--assert: " + e.getMessage(), null);
      }
    }
    return all ? ExitCode.OK : ExitCode.FAILED;
  }

  @Command(
      name = "serve",
      description = "Serve matrix products in another way, or an echo, over the node's server.")
  int serve(@Mixin BenchServeOptions options) throws IOException, InterruptedException {
    return options.run(terminal);
  }

  @Command(
      name = "register",
      description = "Register a function and thousands with distinct code beside it.")
  int register(
      @Parameters(paramLabel = "FILE", description = "The binary, NAME.elf.") Path file,
      @Option(
              names = "--admin",
              paramLabel = "URL",
              required = true,
              description = "Administration address of the node.")
          String administration,
      @Option(
              names = "--cold",
              paramLabel = "N",
              defaultValue = "0",
              description = "How many others, cold_0 and so on.")
          int cold)
      throws IOException {
    long nanos = Registrar.register(administration, terminal.folder().resolve(file), cold);
    terminal
        .out()
        .println(String.format(Locale.ROOT, "registered %d in %.2f s", cold + 1, nanos / 1e9));
    return ExitCode.OK;
  }

  /** Whoever watches wants to know. */
  static void tell(Terminal terminal, String what) {
    if (terminal.interactive()) {
      terminal.say("measuring " + what);
    }
  }

  /** Runs a benchmark; what it cannot do becomes a failure of the command. */
  static <T> T measured(Measurement<T> measurement) throws IOException {
    try {
      return measurement.run();
    } catch (ProblemException e) {
      throw new CliException(ExitCode.FAILED, e.problem().detail(), e.problem().hint());
    }
  }
}
