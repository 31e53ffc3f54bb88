package dev.pappus.bench.trace;

import dev.pappus.bench.load.Percentiles;
import dev.pappus.bench.model.KeepAlivePlatform;
import dev.pappus.bench.model.MemoryTimeline;
import dev.pappus.bench.result.Column;
import dev.pappus.bench.result.Figure;
import dev.pappus.bench.result.Figure.Spot;
import dev.pappus.bench.result.Point;
import dev.pappus.bench.result.RunFolder;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/** Puts a report into the folder of its run. */
final class TraceResults {
  private static final String BENCH = "trace";
  private static final double MEBIBYTE = 1 << 20;
  private static final int SLOWDOWN_SPOTS = 200;

  private final TraceReport report;
  private final RunFolder results;

  TraceResults(TraceReport report, RunFolder results) {
    this.report = report;
    this.results = results;
  }

  void write() throws IOException {
    TraceReport.Setting setting = report.setting();
    TraceScale scale = setting.scale();
    results.factor("rate", TraceScale.round(scale.rate()));
    results.factor("memory", TraceScale.round(scale.memory()));
    results.factor("time_compression", TraceScale.round(scale.compression()));
    results.factor("max_duration_ms", TraceScale.round(scale.maxDurationNanos() / 1e6));
    results.factor("busy_share", TraceScale.round(scale.busyShare()));
    setting.lines().forEach(results::note);
    results.note("memory is that of " + report.memoryFrom());
    results.note(
        "the keep-alive platform is a model (docs/traces.md), its instances start in %s ms"
            .formatted(TraceScale.round(TraceReport.MODEL_START_NANOS / 1e6)));
    addAll();
    addFunctions();
    addModels();
    writeMemory();
    results.draw("memory", memoryFigure());
    results.draw("slowdown", slowdownFigure());
  }

  private Point point(String series, List<TraceReplay.Call> calls) {
    List<TraceReplay.Call> good = TraceReport.good(calls);
    Histogram latencies = TraceReport.nanos(good, TraceReplay.Call::latencyNanos);
    double seconds = report.setting().nanos() / 1e9;
    Point point =
        Point.of(BENCH, series)
            .with(Column.SEED, report.setting().scale().seed())
            .with(Column.OFFERED_PER_SECOND, calls.size() / seconds)
            .with(Column.THROUGHPUT_PER_SECOND, good.size() / seconds)
            .with(Column.DURATION_SECONDS, seconds)
            .with(Column.SENT, (long) calls.size())
            .with(Column.COMPLETED, (long) good.size())
            .with(Column.FAILED, (long) (calls.size() - good.size()))
            .with(Column.STARTS, starts(good));
    return good.isEmpty()
        ? point
        : point
            .with(Column.P50_MICROS, Percentiles.of(latencies, calls.size(), 50) / 1e3)
            .with(Column.P99_MICROS, Percentiles.of(latencies, calls.size(), 99) / 1e3)
            .with(Column.MAX_MICROS, Percentiles.of(latencies, calls.size(), 100) / 1e3)
            .with(
                Column.MEAN_MICROS,
                good.size() < calls.size() ? Double.NaN : latencies.getMean() / 1e3)
            .with(Column.SLOWDOWN_P50, TraceReport.slowdown(calls, 50))
            .with(Column.SLOWDOWN_P99, TraceReport.slowdown(calls, 99));
  }

  private static String starts(List<TraceReplay.Call> calls) {
    return calls.stream()
        .collect(
            Collectors.groupingBy(TraceReplay.Call::start, TreeMap::new, Collectors.counting()))
        .entrySet()
        .stream()
        .map(each -> (each.getKey().isEmpty() ? "unknown" : each.getKey()) + ":" + each.getValue())
        .collect(Collectors.joining("|"));
  }

  private void addAll() {
    Histogram lags = TraceReport.nanos(report.calls(), TraceReplay.Call::lagNanos);
    Point all =
        point("all", report.calls())
            .with(Column.VALID, report.valid())
            .with(Column.NOTE, report.firstFailure().replaceAll("[\\r\\n,\"]", " "))
            .with(Column.LAG_P99_MICROS, lags.getValueAtPercentile(99) / 1e3)
            .with(Column.COMMITTED_MEAN_BYTES, report.meanBytes(MemorySampler.Sample::bytes))
            .with(Column.COMMITTED_MAX_BYTES, report.maxBytes());
    results.add(all, "all", TraceReport.nanos(report.good(), TraceReplay.Call::latencyNanos));
    measure("slowdown_p50", "", TraceReport.slowdown(report.calls(), 50));
    measure("slowdown_p99", "", TraceReport.slowdown(report.calls(), 99));
    if (!report.samples().isEmpty()) {
      measure("committed", "bytes", report.meanBytes(MemorySampler.Sample::bytes));
      measure("committed_sandboxes", "bytes", report.meanBytes(MemorySampler.Sample::sandboxBytes));
      measure("committed_node", "bytes", report.meanBytes(MemorySampler.Sample::nodeBytes));
    }
    measure("needed", "bytes", report.running().meanBytes());
  }

  private void measure(String name, String unit, double value) {
    results.measure(name, unit, value, "so many calls were not answered rightly");
  }

  private void addFunctions() {
    Map<Integer, List<TraceReplay.Call>> byFunction =
        report.calls().stream()
            .collect(
                Collectors.groupingBy(
                    call -> call.demand().function(), TreeMap::new, Collectors.toList()));
    byFunction.forEach((function, calls) ->
        results.add(
            point("function." + function, calls)
                .with(Column.NOTE, report.setting().trace().functions().get(function).id())));
  }

  private void addModels() {
    report
        .models()
        .forEach((seconds, model) -> {
          String series = "keep" + seconds;
          results.add(
              Point.of(BENCH, series)
                  .with(Column.SYSTEM, "model")
                  .with(Column.X, (long) seconds)
                  .with(Column.SENT, model.calls())
                  .with(Column.HOT_SEEN_PERCENT, hotPercent(model))
                  .with(Column.P50_MICROS, model.latencies().getValueAtPercentile(50) / 1e3)
                  .with(Column.P99_MICROS, model.latencies().getValueAtPercentile(99) / 1e3)
                  .with(Column.COMMITTED_MEAN_BYTES, model.committed().meanBytes())
                  .with(Column.COMMITTED_MAX_BYTES, model.committed().peakBytes()));
          measure(series + ".committed", "bytes", model.committed().meanBytes());
        });
  }

  private static double hotPercent(KeepAlivePlatform.Result model) {
    return 100.0 * (model.calls() - model.coldCalls()) / Math.max(1, model.calls());
  }

  private void writeMemory() throws IOException {
    try (Writer out = Files.newBufferedWriter(results.path().resolve("memory.csv"))) {
      out.write("seconds,node_bytes,idle_bytes,running_bytes,needed_bytes");
      for (int seconds : report.models().keySet()) {
        out.write(",keep%d_bytes".formatted(seconds));
      }
      out.write("\n");
      long[] needed = report.running().bytes();
      List<long[]> models =
          report.models().values().stream().map(model -> model.committed().bytes()).toList();
      for (MemorySampler.Sample sample : report.samples()) {
        int step = Math.toIntExact(sample.nanos() / MemoryTimeline.STEP_NANOS);
        out.write(
            "%s,%d,%d,%d,%d"
                .formatted(
                    TraceScale.round(sample.nanos() / 1e9),
                    sample.nodeBytes(),
                    sample.idleBytes(),
                    sample.runningBytes(),
                    at(needed, step)));
        for (long[] model : models) {
          out.write("," + at(model, step));
        }
        out.write("\n");
      }
    }
  }

  private static long at(long[] values, int step) {
    return values[Math.min(step, values.length - 1)];
  }

  private Figure memoryFigure() {
    List<Figure.Line> lines = new ArrayList<>();
    lines.add(line("node and sandboxes", MemorySampler.Sample::bytes));
    lines.add(line("sandboxes", MemorySampler.Sample::sandboxBytes));
    lines.add(line("sandboxes at rest", MemorySampler.Sample::idleBytes));
    lines.add(line("needed by invocations", report.running()));
    report
        .models()
        .forEach((seconds, model) ->
            lines.add(line("keep-alive %d s (model)".formatted(seconds), model.committed())));
    return new Figure(
        "Committed memory",
        report.setting().lines(),
        List.of(
            new Figure.Panel(
                new Figure.Axis("time [s]", false),
                new Figure.Axis("committed memory [MiB]", true),
                lines)));
  }

  private Figure.Line line(String name, ToLongFunction<MemorySampler.Sample> part) {
    return new Figure.Line(
        name,
        true,
        report.samples().stream()
            .map(each -> Spot.at(each.nanos() / 1e9, part.applyAsLong(each) / MEBIBYTE))
            .toList());
  }

  private static Figure.Line line(String name, MemoryTimeline timeline) {
    long[] bytes = timeline.bytes();
    List<Spot> spots = new ArrayList<>();
    for (int i = 0; i < bytes.length; i++) {
      spots.add(Spot.at(i * (MemoryTimeline.STEP_NANOS / 1e9), bytes[i] / MEBIBYTE));
    }
    return new Figure.Line(name, true, spots);
  }

  private Figure slowdownFigure() {
    List<Spot> spots = new ArrayList<>();
    for (int i = 1; i <= SLOWDOWN_SPOTS; i++) {
      double percent = 100.0 * i / SLOWDOWN_SPOTS;
      double slowdown = TraceReport.slowdown(report.calls(), percent);
      if (!Double.isNaN(slowdown)) {
        spots.add(Spot.at(slowdown, percent));
      }
    }
    return new Figure(
        "Slowdown of invocations",
        report.setting().lines(),
        List.of(
            new Figure.Panel(
                new Figure.Axis("time from due to answer / own duration", true),
                new Figure.Axis("invocations [%]", false),
                List.of(new Figure.Line("pappus", true, spots)))));
  }
}
