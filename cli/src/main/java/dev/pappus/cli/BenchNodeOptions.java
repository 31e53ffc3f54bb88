package dev.pappus.cli;

import dev.pappus.bench.BenchReport;
import dev.pappus.bench.node.NodeSettings;
import dev.pappus.bench.result.Assertion;
import dev.pappus.bench.result.Comparison;
import dev.pappus.bench.result.FinishedRun;
import dev.pappus.bench.result.RunFolder;
import dev.pappus.bench.result.RunPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What benchmarks of a whole node have in common. */
@Command
final class BenchNodeOptions {
  /** What functions run in. */
  enum Sandbox {
    AUTO,
    KVM,
    PROCESS
  }

  @Option(
      names = "--sandbox",
      paramLabel = "KIND",
      description = "What functions run in: auto, kvm or process (default: auto).")
  private Sandbox sandbox = Sandbox.AUTO;

  @Option(names = "--reps", paramLabel = "N", description = "Repetitions, or pairs.")
  private @Nullable Integer repetitions;

  @Option(names = "--seed", paramLabel = "N", description = "Of order and schedules (default: 1).")
  private long seed = 1;

  @Option(names = "--quick", description = "Less of everything: to see that all works.")
  private boolean quick;

  @Option(names = "--out", paramLabel = "DIR", description = "Run folder to make.")
  private @Nullable Path out;

  /** A benchmark with its options. */
  interface Bench {
    void run(RunFolder results) throws IOException;
  }

  /** What was given, else the one or the other default. */
  int count(@Nullable Integer given, int few, int many) {
    return given != null ? given : quick ? few : many;
  }

  /** The same of a time, in nanoseconds. */
  long nanos(String option, @Nullable String given, long few, long many) {
    return BenchTimes.nanos(option, given, quick ? few : many);
  }

  /**
   * The node that is measured.
   *
   * @throws IllegalArgumentException if the options make no sense
   */
  NodeSettings node(Terminal terminal, int few, int many) {
    return new NodeSettings(
        terminal.home(),
        terminal.guestBuild(),
        sandbox.name().toLowerCase(Locale.ROOT),
        count(repetitions, few, many),
        seed);
  }

  /**
   * Runs a benchmark into a folder, and tells what came out and which goals hold.
   *
   * @param more the words that repeat it, of its own options
   * @param functions names of the programs that it runs
   */
  int run(
      Terminal terminal,
      String name,
      NodeSettings node,
      List<String> more,
      List<String> functions,
      List<String> goals,
      Bench bench)
      throws IOException {
    List<String> words = new ArrayList<>(List.of("bench", name, "--sandbox", node.sandbox()));
    words.addAll(List.of("--reps", Integer.toString(node.repetitions())));
    words.addAll(List.of("--seed", Long.toString(seed)));
    words.addAll(more);
    List<Path> binaries =
        functions.stream().map(each -> node.guestBuild().resolve(each + ".elf")).toList();
    RunPlan plan = new RunPlan(name, words, seed, node.home(), binaries, BenchReport.FLAGS);
    Path folder = BenchTimes.folder(terminal, out, name);
    try (RunFolder results = RunFolder.create(folder, plan)) {
      bench.run(results);
    }
    FinishedRun run = FinishedRun.read(folder);
    terminal.out().print(Comparison.text(List.of(run)));
    for (String goal : goals) {
      terminal.out().println("goal " + verdict(goal, run));
    }
    terminal.out().println("figures and points: " + folder);
    return ExitCode.OK;
  }

  private static String verdict(String goal, FinishedRun run) {
    try {
      return Assertion.check(goal, List.of(run)).line();
    } catch (Assertion.SyntaxException e) {
      return "not measured: " + goal;
    }
  }
}
