package dev.pappus.bench.trace;

import dev.pappus.bench.load.Percentiles;
import dev.pappus.bench.model.Demand;
import dev.pappus.bench.model.KeepAlivePlatform;
import dev.pappus.bench.model.KeepAliveSettings;
import dev.pappus.bench.model.MemoryTimeline;
import dev.pappus.bench.result.RunFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.HdrHistogram.Histogram;

/**
 * What a replay has shown, beside what a platform that keeps instances alive would have needed for
 * the same invocations.
 *
 * @param setting what was replayed on what
 * @param calls every invocation
 * @param samples the node's memory, ten times a second while the trace lasted
 * @param memoryFrom what was read for them
 * @param models the modelled platform with each of its windows, in seconds
 * @param running memory of invocations that have not got their answer, by their schedule
 */
public record TraceReport(
    Setting setting,
    List<TraceReplay.Call> calls,
    List<MemorySampler.Sample> samples,
    String memoryFrom,
    Map<Integer, KeepAlivePlatform.Result> models,
    MemoryTimeline running) {
  /** Windows of the modelled platform, in seconds; the middle one is Knative's default. */
  static final List<Integer> WINDOWS = List.of(10, 60, 600);

  /** How long an instance of the modelled platform takes to start. */
  static final long MODEL_START_NANOS = TimeUnit.MILLISECONDS.toNanos(150);

  private static final long HIGHEST_NANOS = 3_600_000_000_000L;
  private static final double MEBIBYTE = 1 << 20;

  /**
   * What was replayed on what.
   *
   * @param trace the minutes of the trace
   * @param scale what was done to them
   * @param host what this host has
   * @param speed how fast guests are here
   * @param whole what the trace asks for with all its invocations and memory
   * @param offered what the scaled trace asks for
   */
  record Setting(
      AzureTrace trace,
      TraceScale scale,
      HostSize host,
      HostSpeed speed,
      OfferedLoad whole,
      OfferedLoad offered) {
    long nanos() {
      return trace.minutes() * scale.minuteNanos();
    }

    /** To be read before the replay. */
    List<String> lines() {
      return List.of(
          "trace    %s: %d functions, minutes %d to %d%s"
              .formatted(
                  trace.source(),
                  trace.functions().size(),
                  trace.fromMinute(),
                  trace.fromMinute() + trace.minutes() - 1,
                  trace.dropped() == 0
                      ? ""
                      : ", " + trace.dropped() + " left out for want of duration or memory"),
          "host     %d cores, %s MiB of memory"
              .formatted(host.cores(), mib((double) host.memoryBytes())),
          "speed    %s ns an iteration, %s ms to touch a GiB"
              .formatted(
                  TraceScale.round(speed.iterationNanos()),
                  TraceScale.round(speed.touchNanosPerByte() * (1 << 30) / 1e6)),
          "whole    " + load(whole) + " (durations cut, time compressed)",
          "offered  " + load(offered) + ", " + percent(offered.allCores() / host.cores()),
          "scaling  " + scale.describe(),
          "pauses   a keep-alive of 60 s here is one of %s s in the trace as it was"
              .formatted(TraceScale.round(60 * scale.pauses())));
    }

    private static String load(OfferedLoad load) {
      return "%s invocations/s, %s cores (and %s to touch memory), %s MiB active"
          .formatted(
              TraceScale.round(load.perSecond()),
              TraceScale.round(load.cores()),
              TraceScale.round(load.touchCores()),
              mib(load.activeBytes()));
    }

    private static String percent(double share) {
      return Math.round(share * 100) + " % of the cores";
    }
  }

  static TraceReport of(
      Setting setting,
      List<TraceReplay.Call> calls,
      List<MemorySampler.Sample> samples,
      String memoryFrom) {
    List<Demand> demands = calls.stream().map(TraceReplay.Call::demand).toList();
    Map<Integer, KeepAlivePlatform.Result> models = new LinkedHashMap<>();
    for (int seconds : WINDOWS) {
      models.put(
          seconds,
          KeepAlivePlatform.serve(
              demands,
              setting.nanos(),
              KeepAliveSettings.knative(TimeUnit.SECONDS.toNanos(seconds), MODEL_START_NANOS)));
    }
    MemoryTimeline running = new MemoryTimeline(setting.nanos());
    for (Demand demand : demands) {
      running.add(
          demand.dueNanos(), demand.dueNanos() + demand.serviceNanos(), demand.memoryBytes());
    }
    List<MemorySampler.Sample> during =
        samples.stream()
            .filter(each -> each.nanos() >= 0 && each.nanos() <= setting.nanos())
            .toList();
    return new TraceReport(setting, calls, during, memoryFrom, models, running);
  }

  /** Calls that were answered rightly. */
  List<TraceReplay.Call> good() {
    return good(calls);
  }

  /** The first of what went wrong, or empty. */
  String firstFailure() {
    return calls.stream()
        .filter(call -> call.failure() != null)
        .map(call -> String.valueOf(call.failure()))
        .findFirst()
        .orElse("");
  }

  static Histogram nanos(List<TraceReplay.Call> calls, ToLongFunction<TraceReplay.Call> value) {
    Histogram histogram = new Histogram(HIGHEST_NANOS, 3);
    calls.forEach(
        call -> histogram.recordValue(Math.clamp(value.applyAsLong(call), 0, HIGHEST_NANOS)));
    return histogram;
  }

  /** Calls that were answered rightly. */
  static List<TraceReplay.Call> good(List<TraceReplay.Call> calls) {
    return calls.stream().filter(call -> call.failure() == null).toList();
  }

  /**
   * A percentile of how many times longer calls took than they had to, of all of them: NaN if so
   * many were not answered rightly.
   */
  static double slowdown(List<TraceReplay.Call> calls, double percent) {
    double[] sorted =
        good(calls).stream().mapToDouble(TraceReplay.Call::slowdown).sorted().toArray();
    long rank = Percentiles.rank(calls.size(), percent);
    return rank <= sorted.length ? sorted[(int) rank - 1] : Double.NaN;
  }

  private String millis(double percent) {
    double nanos =
        Percentiles.of(nanos(good(), TraceReplay.Call::latencyNanos), calls.size(), percent);
    return shown(nanos / 1e6);
  }

  private static String shown(double number) {
    return Double.isNaN(number) ? "-" : TraceScale.round(number);
  }

  double meanBytes(ToLongFunction<MemorySampler.Sample> part) {
    return samples.stream().mapToLong(part).average().orElse(Double.NaN);
  }

  long maxBytes() {
    return samples.stream().mapToLong(MemorySampler.Sample::bytes).max().orElse(0);
  }

  /** Whether the generator kept its schedule: p99 of the lag at most a tenth of the p50 latency. */
  boolean valid() {
    return nanos(calls, TraceReplay.Call::lagNanos).getValueAtPercentile(99) * 10
        <= nanos(good(), TraceReplay.Call::latencyNanos).getValueAtPercentile(50);
  }

  /** Writes points, figures, measures and memory.csv. */
  void writeTo(RunFolder results) throws IOException {
    new TraceResults(this, results).write();
  }

  /** For people. */
  public String text() {
    List<String> lines = new ArrayList<>(setting.lines());
    lines.add(
        "answers  %d of %d right; p50 %s ms, p99 %s ms; slowdown p50 %s, p99 %s%s"
            .formatted(
                good().size(),
                calls.size(),
                millis(50),
                millis(99),
                shown(slowdown(calls, 50)),
                shown(slowdown(calls, 99)),
                valid() ? "" : " (INVALID: the generator was late)"));
    if (!firstFailure().isEmpty()) {
      lines.add("failure  " + firstFailure());
    }
    lines.add(
        "memory   mean %s MiB: node %s, sandboxes at rest %s, running %s; peak %s"
            .formatted(
                mib(meanBytes(MemorySampler.Sample::bytes)),
                mib(meanBytes(MemorySampler.Sample::nodeBytes)),
                mib(meanBytes(MemorySampler.Sample::idleBytes)),
                mib(meanBytes(MemorySampler.Sample::runningBytes)),
                mib((double) maxBytes())));
    lines.add(
        "         from %s; %d looks of %d"
            .formatted(memoryFrom, samples.size(), running.bytes().length));
    lines.add("needed   mean %s MiB by invocations under way".formatted(mib(running.meanBytes())));
    models.forEach((seconds, model) ->
        lines.add(
            "keep %3d s: mean %s MiB, peak %s, %s %% of calls waited for an instance (modelled)"
                .formatted(
                    seconds,
                    mib(model.committed().meanBytes()),
                    mib((double) model.committed().peakBytes()),
                    TraceScale.round(100.0 * model.coldCalls() / Math.max(1, model.calls())))));
    return String.join("\n", lines) + "\n";
  }

  static String mib(double bytes) {
    return Double.isNaN(bytes) ? "?" : TraceScale.round(bytes / MEBIBYTE);
  }
}
