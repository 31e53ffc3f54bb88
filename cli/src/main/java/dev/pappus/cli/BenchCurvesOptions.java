package dev.pappus.cli;

import dev.pappus.bench.BenchReport;
import dev.pappus.bench.Unavailable;
import dev.pappus.bench.curves.CurvesBench;
import dev.pappus.bench.curves.CurvesSettings;
import dev.pappus.bench.load.Rates;
import dev.pappus.bench.result.Comparison;
import dev.pappus.bench.result.FinishedRun;
import dev.pappus.bench.result.RunFolder;
import dev.pappus.bench.result.RunPlan;
import dev.pappus.linux.KvmAvailability;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pappus bench curves}. */
@Command
final class BenchCurvesOptions {
  @Option(
      names = "--figure",
      paramLabel = "4|5",
      description = "4: all warm and all cold, beside others; 5: shares in between (default: 5).")
  private int figure = 5;

  @Option(
      names = "--backend",
      paramLabel = "KIND",
      split = ",",
      description =
          "kvm, process; the first one's curves bear no name (default: kvm,process; with"
              + " --quick the one that the host has).")
  private @Nullable List<String> givenBackends;

  @Option(
      names = "--system",
      paramLabel = "NAME",
      split = ",",
      description = "Folders of bench/systems to draw beside (default: in-process,crun and more).")
  private @Nullable List<String> others;

  @Option(
      names = "--hot",
      paramLabel = "PERCENT",
      split = ",",
      description = "Shares of warm requests (default: 100,97,95,90,0).")
  private @Nullable List<Integer> hotPercents;

  @Option(
      names = "--rate",
      paramLabel = "N|A:B:STEP",
      description = "Requests a second (default: shares of what each curve bears).")
  private @Nullable String rate;

  @Option(
      names = "--warm-up",
      paramLabel = "TIME",
      description = "Load on each system before anything counts (default: 40s).")
  private @Nullable String warmUp;

  @Option(names = "--duration", paramLabel = "TIME", description = "Of a point (default: 10s).")
  private @Nullable String duration;

  @Option(
      names = "--peak-duration",
      paramLabel = "TIME",
      description = "Of a point that looks for a peak (default: 30s).")
  private @Nullable String peakDuration;

  @Option(names = "--reps", paramLabel = "N", description = "Repetitions (default: 5).")
  private @Nullable Integer repetitions;

  @Option(
      names = "--pairs",
      paramLabel = "N",
      description = "Closed loops of all curves in turn, for ratios (default: 15).")
  private @Nullable Integer pairs;

  @Option(
      names = "--probes",
      paramLabel = "N",
      description = "Points that look for a peak (default: 5).")
  private @Nullable Integer probes;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "Later answers do not count (default: 1s).")
  private @Nullable String timeout;

  @Option(
      names = "--cold",
      paramLabel = "N",
      description = "Functions with distinct code beside the warm one (default: 4000).")
  private @Nullable Integer cold;

  @Option(
      names = "--protocol",
      paramLabel = "http|bson",
      description = "Plain HTTP, or the reference's documents (default: http).")
  private BenchLoadOptions.Protocol protocol = BenchLoadOptions.Protocol.HTTP;

  @Option(names = "--seed", paramLabel = "N", description = "Of order and schedules (default: 1).")
  private long seed = 1;

  @Option(names = "--quick", description = "Ends in a minute: to see that all works.")
  private boolean quick;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Run folder to make (default: curves-DATE).")
  private @Nullable Path out;

  int run(Terminal terminal) throws IOException {
    CurvesSettings settings = settings(terminal);
    RunPlan plan =
        new RunPlan(
            "curves",
            command(settings),
            seed,
            terminal.home(),
            List.of(
                terminal.guestBuild().resolve("matmul_n.elf"),
                terminal.guestBuild().resolve("libpappus-native.so"),
                terminal.guestBuild().resolve("matmul_process")),
            BenchReport.FLAGS);
    Path folder = BenchTimes.folder(terminal, out, "curves");
    try (RunFolder results = RunFolder.create(folder, plan)) {
      CurvesBench.run(settings, results, terminal::say);
    } catch (Unavailable e) {
      throw new CliException(ExitCode.FAILED, e.reason(), null);
    }
    terminal.out().print(Comparison.text(List.of(FinishedRun.read(folder))));
    terminal.out().println("figures and points: " + folder);
    return ExitCode.OK;
  }

  private List<String> backends() {
    if (givenBackends != null) {
      return givenBackends;
    }
    if (!quick) {
      return List.of("kvm", "process");
    }
    return List.of(KvmAvailability.probe() instanceof KvmAvailability.Present ? "kvm" : "process");
  }

  private CurvesSettings settings(Terminal terminal) {
    List<String> backends = backends();
    try {
      CurvesSettings base =
          quick
              ? CurvesSettings.quick(figure, backends, terminal.home(), terminal.guestBuild())
              : CurvesSettings.full(
                  figure,
                  backends,
                  BenchTimes.nanos("--duration", duration, TimeUnit.SECONDS.toNanos(10)),
                  repetitions == null ? 5 : repetitions,
                  terminal.home(),
                  terminal.guestBuild());
      return new CurvesSettings(
          figure,
          backends,
          others == null ? base.others() : others,
          hotPercents == null ? base.hotPercents() : hotPercents,
          rate == null ? base.rates() : Rates.parse(rate),
          base.shares(),
          BenchTimes.nanos("--warm-up", warmUp, base.warmUpNanos()),
          BenchTimes.nanos("--duration", duration, base.nanos()),
          BenchTimes.nanos("--peak-duration", peakDuration, base.peakNanos()),
          base.pairNanos(),
          BenchTimes.nanos("--timeout", timeout, base.timeoutNanos()),
          repetitions == null ? base.repetitions() : repetitions,
          pairs == null ? base.pairs() : pairs,
          probes == null ? base.probes() : probes,
          cold == null ? base.cold() : cold,
          protocol == BenchLoadOptions.Protocol.BSON,
          seed,
          base.budgetNanos(),
          base.home(),
          base.guestBuild());
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()), null);
    }
  }

  /** What repeats it, every default spelt out. */
  private List<String> command(CurvesSettings settings) {
    List<String> words = new ArrayList<>(List.of("bench", "curves"));
    words.addAll(List.of("--figure", Integer.toString(figure)));
    words.addAll(List.of("--backend", String.join(",", settings.backends())));
    words.addAll(List.of("--system", String.join(",", settings.others())));
    words.addAll(
        List.of(
            "--hot",
            settings.hotPercents().stream().map(String::valueOf).collect(Collectors.joining(","))));
    if (rate != null) {
      words.addAll(List.of("--rate", rate));
    }
    words.addAll(List.of("--warm-up", BenchTimes.text(settings.warmUpNanos())));
    words.addAll(List.of("--duration", BenchTimes.text(settings.nanos())));
    words.addAll(List.of("--peak-duration", BenchTimes.text(settings.peakNanos())));
    words.addAll(List.of("--timeout", BenchTimes.text(settings.timeoutNanos())));
    words.addAll(List.of("--reps", Integer.toString(settings.repetitions())));
    words.addAll(List.of("--pairs", Integer.toString(settings.pairs())));
    words.addAll(List.of("--probes", Integer.toString(settings.probes())));
    words.addAll(List.of("--cold", Integer.toString(settings.cold())));
    words.addAll(List.of("--protocol", settings.bson() ? "bson" : "http"));
    words.addAll(List.of("--seed", Long.toString(seed)));
    if (quick) {
      words.add("--quick");
    }
    return words;
  }
}
