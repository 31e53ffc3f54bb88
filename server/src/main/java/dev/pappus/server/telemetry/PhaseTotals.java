package dev.pappus.server.telemetry;

import dev.pappus.model.Phases;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * How long everything has been in each phase of its life, summed up since the start: a clock that
 * always runs and costs one addition a phase. Any thread may use it.
 */
final class PhaseTotals {
  private static final double NANOS_PER_SECOND = 1e9;

  /** In their order; none is part of another. */
  private enum Phase {
    ACCEPT,
    DECODE,
    QUEUE,
    BIND,
    LOAD,
    ENTER,
    RUN,
    READ,
    REPLY
  }

  private final Map<Phase, LongAdder> nanos = new EnumMap<>(Phase.class);

  PhaseTotals(PrometheusRegistry registry) {
    for (Phase each : Phase.values()) {
      nanos.put(each, new LongAdder());
    }
    CounterWithCallback.builder()
        .name("pappus_phase_seconds_total")
        .help("Time spent in each phase, by requests that were waited for and by instances")
        .labelNames("phase")
        .callback(to ->
            nanos.forEach((phase, sum) ->
                to.call(sum.sum() / NANOS_PER_SECOND, phase.name().toLowerCase(Locale.ROOT))))
        .register(registry);
  }

  private void add(Phase phase, long spent) {
    LongAdder sum = nanos.get(phase);
    if (sum != null) {
      sum.add(Math.max(0, spent));
    }
  }

  /** A request has been answered. */
  void answered(long acceptNanos, long decodeNanos, long encodeNanos) {
    add(Phase.ACCEPT, acceptNanos);
    add(Phase.DECODE, decodeNanos);
    add(Phase.REPLY, encodeNanos);
  }

  /** An instance has ended. */
  void ended(Phases phases) {
    add(Phase.QUEUE, phases.queueNanos());
    add(Phase.BIND, phases.bindNanos());
    add(Phase.LOAD, phases.loadNanos() - phases.bindNanos());
    add(Phase.ENTER, phases.enterNanos());
    add(Phase.RUN, phases.runNanos() - phases.enterNanos());
    add(Phase.READ, phases.replyNanos());
  }
}
