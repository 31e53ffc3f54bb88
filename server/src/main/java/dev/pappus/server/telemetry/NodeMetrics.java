package dev.pappus.server.telemetry;

import dev.pappus.dispatcher.DispatcherStats;
import dev.pappus.dispatcher.InstanceReport;
import dev.pappus.dispatcher.InvocationInfo;
import dev.pappus.dispatcher.InvocationObserver;
import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.dispatcher.InvocationTarget;
import dev.pappus.model.Namespace;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.StartLevel;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * The metrics of one node (docs/observability.md): what happens to invocations is counted as they
 * end, what is the state of the node is read when somebody asks. Any thread may use it.
 */
public final class NodeMetrics implements InvocationObserver {
  static final String ONE_SHOT = "one-shot";
  static final String OTHER = "other";
  static final int NAMES_MAX = 1000;

  private static final String TRIGGER = "http";
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double FINEST_SECONDS = 1e-6;
  // Eight buckets for each doubling tell times apart that differ by a tenth.
  private static final int NATIVE_SCHEMA = 3;
  private static final int NATIVE_BUCKETS_MAX = 160;
  private static final double[] CLASSIC_BOUNDS = {1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10};

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Counter invocations =
      counter("faas_invocations_total", "Invocations that succeeded", "faas_name", "faas_trigger");
  private final Counter errors =
      counter("faas_errors_total", "Invocations that failed", "faas_name", "faas_trigger");
  private final Counter timeouts =
      counter(
          "faas_timeouts_total",
          "Invocations that failed because a time was up",
          "faas_name",
          "faas_trigger");
  private final Counter coldStarts =
      counter(
          "faas_coldstarts_total",
          "Invocations with an instance whose code or sandbox was not in memory",
          "faas_name",
          "faas_trigger");
  private final Histogram invokeSeconds =
      histogram("faas_invoke_duration_seconds", "Time from acceptance to the result");
  private final Histogram initSeconds =
      histogram("faas_init_duration_seconds", "Load phase of each compute instance");
  private final Histogram queueSeconds =
      histogram("pappus_queue_seconds", "Time that each instance was ready and waited");
  private final Counter starts =
      counter("pappus_start_total", "Compute instances by how warm they started", "level");

  private final PhaseTotals phases = new PhaseTotals(registry);
  private final BiPredicate<Namespace, String> registered;
  private final Map<String, Series> byName = new ConcurrentHashMap<>();
  private final Map<StartLevel, CounterDataPoint> byLevel = new ConcurrentHashMap<>();

  /** The series of one name, so that the hot path resolves no labels. */
  private record Series(
      CounterDataPoint invocations,
      CounterDataPoint errors,
      CounterDataPoint timeouts,
      CounterDataPoint coldStarts,
      DistributionDataPoint invokeSeconds,
      DistributionDataPoint initSeconds,
      DistributionDataPoint queueSeconds) {}

  /**
   * The metrics of a node.
   *
   * @param registered whether a name is registered; only such names become labels
   */
  public NodeMetrics(BiPredicate<Namespace, String> registered) {
    this.registered = registered;
  }

  private Counter counter(String name, String help, String... labels) {
    return Counter.builder()
        .name(name)
        .help(help)
        .labelNames(labels)
        .withoutExemplars()
        .register(registry);
  }

  private Histogram histogram(String name, String help) {
    return Histogram.builder()
        .name(name)
        .help(help)
        .nativeInitialSchema(NATIVE_SCHEMA)
        .nativeMaxNumberOfBuckets(NATIVE_BUCKETS_MAX)
        .nativeMinZeroThreshold(FINEST_SECONDS)
        .nativeMaxZeroThreshold(FINEST_SECONDS)
        .classicUpperBounds(CLASSIC_BOUNDS)
        .labelNames("faas_name", "faas_trigger")
        .withoutExemplars()
        .register(registry);
  }

  /** Shows the state of a dispatcher as well. Once, before anybody asks. */
  public void showState(Supplier<DispatcherStats> stats) {
    gauge("pappus_invocations_running", "Invocations under way", stats, DispatcherStats::running);
    gauge(
        "pappus_queue_depth",
        "Instances that wait for an engine",
        stats,
        DispatcherStats::computeWaiting);
    gauge(
        "pappus_cores_busy",
        "Engines at work, spare ones included",
        stats,
        DispatcherStats::enginesBusy);
    gauge("pappus_engines_spare", "Spare engines open", stats, DispatcherStats::enginesSpare);
    gauge(
        "pappus_communication_waiting",
        "Instances of communication functions that wait",
        stats,
        DispatcherStats::communicationWaiting);
    gauge(
        "pappus_communication_running",
        "Instances of communication functions at work",
        stats,
        DispatcherStats::communicationRunning);
    gauge("pappus_code_bytes", "Prepared code in memory", stats, DispatcherStats::codeBytes);
    gauge(
        "pappus_result_bytes",
        "Results of instances that invocations under way hold",
        stats,
        DispatcherStats::resultBytes);
    countOf(
        "pappus_copied_in_bytes_total",
        "Bytes of items copied into sandboxes",
        () -> stats.get().copiedInBytes());
    countOf(
        "pappus_copied_out_bytes_total",
        "Bytes of items copied out of sandboxes",
        () -> stats.get().copiedOutBytes());
    countOf("pappus_received_total", "Invocations asked for", () -> stats.get().received());
    countOf(
        "pappus_cancelled_total", "Invocations that were cancelled", () -> stats.get().cancelled());
    countOf(
        "pappus_overloaded_total",
        "Invocations turned away for lack of room",
        () -> stats.get().overloaded());
    countOf(
        "pappus_code_loads_total",
        "How often code was read from a file",
        () -> stats.get().codeLoads());
    countOf(
        "pappus_internal_errors_total",
        "Exceptions that should not have been",
        () -> stats.get().internalErrors());
  }

  private void gauge(
      String name,
      String help,
      Supplier<DispatcherStats> stats,
      ToLongFunction<DispatcherStats> value) {
    gaugeOf(name, help, () -> value.applyAsLong(stats.get()));
  }

  /** Shows a number that is kept elsewhere. Once for each name. */
  void gaugeOf(String name, String help, LongSupplier value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(to -> to.call((double) value.getAsLong()))
        .register(registry);
  }

  /** Shows a count that is kept elsewhere and never decreases. Once for each name. */
  void countOf(String name, String help, LongSupplier value) {
    CounterWithCallback.builder()
        .name(name)
        .help(help)
        .callback(to -> to.call((double) value.getAsLong()))
        .register(registry);
  }

  @Override
  public void started(InvocationInfo invocation) {
    // Counted when it ends.
  }

  @Override
  public void ended(InvocationTarget target, InvocationResult result) {
    Namespace namespace = result.info().namespace();
    Series series =
        switch (target) {
          case InvocationTarget.OneShot _ -> seriesOf(ONE_SHOT);
          case InvocationTarget.Named _, InvocationTarget.OfPlatform _ ->
              seriesOf(namespace, target.name());
        };
    switch (result.outcome()) {
      case InvocationResult.Succeeded _ -> series.invocations.inc();
      case InvocationResult.Failed failed -> {
        series.errors.inc();
        if (isTimeout(failed.problem().code())) {
          series.timeouts.inc();
        }
      }
    }
    StartLevel coldest = result.coldestStart();
    if (coldest != null && isCold(coldest)) {
      series.coldStarts.inc();
    }
    series.invokeSeconds.observe(Finished.totalNanos(result.phases()) / NANOS_PER_SECOND);
    for (InstanceReport instance : result.instances()) {
      instanceEnded(namespace, instance);
    }
  }

  private void instanceEnded(Namespace namespace, InstanceReport instance) {
    Series series = seriesOf(namespace, instance.function());
    series.queueSeconds.observe(instance.phases().queueNanos() / NANOS_PER_SECOND);
    phases.ended(instance.phases());
    StartLevel start = instance.start();
    if (start != null) {
      series.initSeconds.observe(instance.phases().loadNanos() / NANOS_PER_SECOND);
      byLevel.computeIfAbsent(start, level -> starts.labelValues(level.toString())).inc();
    }
  }

  private static boolean isTimeout(ProblemCode code) {
    return code == ProblemCode.GUEST_DEADLINE
        || code == ProblemCode.INVOCATION_DEADLINE
        || code == ProblemCode.HTTP_TIMEOUT;
  }

  /** Whether something had to be fetched or made before the function could run. */
  static boolean isCold(StartLevel start) {
    return start.freshVm()
        || switch (start.code()) {
          case BOUND, LOADED -> false;
          case FILE, DISK -> true;
        };
  }

  /** The series of a name that a client chose: never more of them than {@link #NAMES_MAX}. */
  private Series seriesOf(Namespace namespace, String name) {
    Series known = byName.get(name);
    if (known != null) {
      return known;
    }
    int version = name.indexOf('@');
    String plain = version < 0 ? name : name.substring(0, version);
    known = byName.get(plain);
    if (known != null) {
      return known;
    }
    boolean bounded = byName.size() < NAMES_MAX && registered.test(namespace, plain);
    return seriesOf(bounded ? plain : OTHER);
  }

  private Series seriesOf(String label) {
    return byName.computeIfAbsent(
        label,
        name ->
            new Series(
                invocations.labelValues(name, TRIGGER),
                errors.labelValues(name, TRIGGER),
                timeouts.labelValues(name, TRIGGER),
                coldStarts.labelValues(name, TRIGGER),
                invokeSeconds.labelValues(name, TRIGGER),
                initSeconds.labelValues(name, TRIGGER),
                queueSeconds.labelValues(name, TRIGGER)));
  }

  /** Where the time goes. */
  PhaseTotals phases() {
    return phases;
  }

  /** All values now. */
  MetricSnapshots scrape() {
    return registry.scrape();
  }
}
