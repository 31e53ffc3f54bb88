package dev.pappus.bench.pipeline;

import dev.pappus.bench.OpenLoop.Answered;
import dev.pappus.bench.load.Percentiles;
import dev.pappus.bench.result.Column;
import dev.pappus.bench.result.Figure;
import dev.pappus.bench.result.Figure.Spot;
import dev.pappus.bench.result.Measure;
import dev.pappus.bench.result.Point;
import dev.pappus.bench.result.RunFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/**
 * What compositions cost.
 *
 * @param cases chains and fan-outs
 * @param mix applications that compute and communicate
 * @param mixSeconds how long the mix ran
 * @param seed of all choices
 */
public record PipelineReport(
    Map<PipelineCase, Compared> cases, MixRun mix, double mixSeconds, long seed) {
  private static final String BENCH = "pipeline";
  private static final long HIGHEST_NANOS = Measured.HIGHEST_NANOS;
  private static final int WINDOWS = 30;

  /** Ends the names of series of the node that copies all results out. */
  private static final String COPYING = "_copying";

  private static final double MEBIBYTE = 1 << 20;

  /**
   * The mix.
   *
   * @param factor on the paper's rates
   * @param cpuSeconds of the node for an invocation alone
   * @param answers of all invocations
   * @param busySeconds processor time of the node while the mix ran
   */
  record MixRun(
      double factor,
      Map<Mix.Application, Double> cpuSeconds,
      List<Answered<Mix.Due>> answers,
      double busySeconds) {}

  /** Answers of one application. */
  private List<Answered<Mix.Due>> answers(Mix.Application application) {
    return mix.answers().stream()
        .filter(each -> each.about().application() == application)
        .toList();
  }

  /** Whether the generator kept its schedule: p99 of the lag at most a tenth of the p50 latency. */
  boolean valid() {
    return lags().getValueAtPercentile(99) * 10
        <= latencies(mix.answers()).getValueAtPercentile(50);
  }

  private Histogram lags() {
    Histogram lags = new Histogram(HIGHEST_NANOS, 3);
    mix.answers().forEach(each -> lags.recordValue(each.lagNanos()));
    return lags;
  }

  private static Histogram latencies(List<Answered<Mix.Due>> answers) {
    Histogram histogram = new Histogram(HIGHEST_NANOS, 3);
    answers.stream()
        .filter(each -> each.failure() == null)
        .forEach(each -> histogram.recordValue(Math.min(each.latencyNanos(), HIGHEST_NANOS)));
    return histogram;
  }

  void writeTo(RunFolder results) throws IOException {
    results.factor("mix_rate", "%.4f".formatted(mix.factor()));
    results.note("rates of the mix are %.4f of the paper's".formatted(mix.factor()));
    cases.forEach((each, compared) -> {
      write(results, each, each.series(), compared.staying());
      write(results, each, each.series() + COPYING, compared.copying());
      results.measure(compared.copies(each));
      results.measure(compared.ratio(each));
    });
    for (Mix.Application application : Mix.Application.values()) {
      writeMix(results, application);
    }
    results.draw("pipelines", pipelinesFigure());
    results.draw("mix", mixFigure());
  }

  private void write(RunFolder results, PipelineCase each, String series, Measured measured) {
    Histogram nanos = measured.nanos();
    results.add(
        Point.of(BENCH, series)
            .with(Column.SEED, seed)
            .with(Column.SCHEDULE, "closed")
            .with(Column.INSTANCES, (long) each.instances())
            .with(Column.ITEM_BYTES, each.itemBytes())
            .with(Column.COPIED_BYTES_PER_EDGE, measured.copiedMean() / each.edges())
            .with(Column.COMPLETED, nanos.getTotalCount())
            .with(Column.MIN_MICROS, nanos.getMinValue() / 1e3)
            .with(Column.P50_MICROS, nanos.getValueAtPercentile(50) / 1e3)
            .with(Column.P99_MICROS, nanos.getValueAtPercentile(99) / 1e3)
            .with(Column.MAX_MICROS, nanos.getMaxValue() / 1e3),
        "bytes=" + each.itemBytes(),
        nanos);
  }

  private void writeMix(RunFolder results, Mix.Application application) {
    List<Answered<Mix.Due>> all = answers(application);
    Histogram nanos = latencies(all);
    double p99Micros = Percentiles.of(nanos, all.size(), 99) / 1e3;
    String name = "mix_" + application.name().toLowerCase(Locale.ROOT);
    results.add(
        Point.of(BENCH, name)
            .with(Column.SEED, seed)
            .with(Column.SCHEDULE, "poisson")
            .with(Column.OFFERED_PER_SECOND, all.size() / mixSeconds)
            .with(Column.DURATION_SECONDS, mixSeconds)
            .with(Column.SENT, (long) all.size())
            .with(Column.COMPLETED, nanos.getTotalCount())
            .with(Column.FAILED, all.size() - nanos.getTotalCount())
            .with(Column.VALID, valid())
            .with(Column.LAG_P99_MICROS, lags().getValueAtPercentile(99) / 1e3)
            .with(Column.P50_MICROS, Percentiles.of(nanos, all.size(), 50) / 1e3)
            .with(Column.P99_MICROS, p99Micros)
            .with(Column.CPU_MICROS, mix.cpuSeconds().getOrDefault(application, Double.NaN) * 1e6),
        "all",
        nanos);
    results.measure(
        name + ".p99", "us", p99Micros, "so many invocations were not answered rightly");
  }

  private Figure pipelinesFigure() {
    Map<String, List<Map.Entry<PipelineCase, Compared>>> series =
        cases.entrySet().stream()
            .collect(
                Collectors.groupingBy(
                    each -> each.getKey().series(),
                    java.util.LinkedHashMap::new,
                    Collectors.toList()));
    List<Figure.Line> times = new ArrayList<>();
    List<Figure.Line> copied = new ArrayList<>();
    List<Figure.Line> ratios = new ArrayList<>();
    series.forEach((name, entries) -> {
      List<Spot> time = new ArrayList<>();
      List<Spot> copy = new ArrayList<>();
      List<Spot> ratio = new ArrayList<>();
      for (Map.Entry<PipelineCase, Compared> entry : entries) {
        double kibibytes = entry.getKey().itemBytes() / 1024.0;
        Measured staying = entry.getValue().staying();
        Histogram nanos = staying.nanos();
        Measure compared = entry.getValue().ratio(entry.getKey());
        ratio.add(
            new Spot(
                kibibytes,
                compared.median(),
                compared.interval().low(),
                compared.interval().high()));
        time.add(
            new Spot(
                kibibytes,
                nanos.getValueAtPercentile(50) / 1e6,
                nanos.getMinValue() / 1e6,
                nanos.getValueAtPercentile(99) / 1e6));
        copy.add(Spot.at(kibibytes, Compared.copies(entry.getKey(), staying)));
      }
      times.add(new Figure.Line(name, true, time));
      copied.add(new Figure.Line(name, true, copy));
      ratios.add(new Figure.Line(name, true, ratio));
    });
    Figure.Axis size = new Figure.Axis("item [KiB]", true);
    return new Figure(
        "Chains and fan-outs",
        List.of("p50 with minimum and p99; seed " + seed),
        List.of(
            new Figure.Panel(size, new Figure.Axis("latency [ms]", true), times),
            new Figure.Panel(size, new Figure.Axis("copies on each edge", false), copied),
            new Figure.Panel(
                size, new Figure.Axis("time over that with all copied out", false), ratios)));
  }

  private Figure mixFigure() {
    List<Figure.Line> rates = new ArrayList<>();
    List<Figure.Line> tails = new ArrayList<>();
    for (Mix.Application application : Mix.Application.values()) {
      List<Spot> rate = new ArrayList<>();
      List<Spot> tail = new ArrayList<>();
      double width = mixSeconds / WINDOWS;
      for (int i = 0; i < WINDOWS; i++) {
        long from = (long) (i * width * 1e9);
        long until = (long) ((i + 1) * width * 1e9);
        List<Answered<Mix.Due>> window =
            answers(application).stream()
                .filter(each -> each.about().dueNanos() >= from && each.about().dueNanos() < until)
                .toList();
        double middle = (i + 0.5) * width;
        rate.add(Spot.at(middle, window.size() / width));
        Histogram nanos = latencies(window);
        if (nanos.getTotalCount() > 0) {
          tail.add(Spot.at(middle, nanos.getValueAtPercentile(99) / 1e6));
        }
      }
      String name = application.composition();
      rates.add(new Figure.Line(name, true, rate));
      tails.add(new Figure.Line(name, true, tail));
    }
    Figure.Axis time = new Figure.Axis("time [s]", false);
    return new Figure(
        "Computing and communication with changing load",
        List.of("%.4f of the paper's rates, seed %d".formatted(mix.factor(), seed)),
        List.of(
            new Figure.Panel(time, new Figure.Axis("invocations/s", false), rates),
            new Figure.Panel(time, new Figure.Axis("p99 latency [ms]", true), tails)));
  }

  /** For people. */
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        "%-10s %10s %10s %10s %10s %14s %22s%n"
            .formatted(
                "pipeline",
                "item KiB",
                "p50 ms",
                "p99 ms",
                "MiB/s",
                "copies an edge",
                "time over all copied"));
    cases.forEach((each, compared) -> {
      Measured measured = compared.staying();
      Measure ratio = compared.ratio(each);
      double p50 = measured.nanos().getValueAtPercentile(50) / 1e6;
      double moved = each.edges() * (each.items() * each.itemBytes() / MEBIBYTE);
      text.append(
          "%-10s %10d %10.3f %10.3f %10.0f %14.2f %8.2f [%.2f, %.2f]%n"
              .formatted(
                  each.series(),
                  each.itemBytes() >> 10,
                  p50,
                  measured.nanos().getValueAtPercentile(99) / 1e6,
                  moved / p50 * 1e3,
                  Compared.copies(each, measured),
                  ratio.median(),
                  ratio.interval().low(),
                  ratio.interval().high()));
    });
    for (Mix.Application application : Mix.Application.values()) {
      List<Answered<Mix.Due>> all = answers(application);
      Histogram nanos = latencies(all);
      text.append(
          "%-12s %d of %d right, p50 %.2f ms, p99 %.2f ms, %.0f us of processor alone%n"
              .formatted(
                  application.composition(),
                  nanos.getTotalCount(),
                  all.size(),
                  nanos.getValueAtPercentile(50) / 1e6,
                  nanos.getValueAtPercentile(99) / 1e6,
                  mix.cpuSeconds().getOrDefault(application, Double.NaN) * 1e6));
      all.stream()
          .filter(each -> each.failure() != null)
          .findFirst()
          .ifPresent(each -> text.append("  failure: ").append(each.failure()).append('\n'));
    }
    text.append(
        "mix at %.4f of the paper's rates%s%n"
            .formatted(mix.factor(), valid() ? "" : " (INVALID: the generator was late)"));
    return text.toString();
  }
}
