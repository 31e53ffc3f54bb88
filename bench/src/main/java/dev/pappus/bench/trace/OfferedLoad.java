package dev.pappus.bench.trace;

/**
 * What a scaled trace asks of a host on average.
 *
 * @param perSecond invocations a second
 * @param cores processors that its busy time keeps busy
 * @param touchCores processors that writing its memory for the first time keeps busy, on this host
 * @param activeBytes memory of the invocations that are under way, their waiting included
 */
public record OfferedLoad(double perSecond, double cores, double touchCores, double activeBytes) {
  private static final double MEGABYTE = 1 << 20;

  /**
   * Of {@code trace} under {@code scale}.
   *
   * @param touchNanosPerByte what writing to fresh memory costs
   */
  static OfferedLoad of(AzureTrace trace, TraceScale scale, double touchNanosPerByte) {
    double nanos = (double) trace.minutes() * scale.minuteNanos();
    double calls = 0;
    double busy = 0;
    double touch = 0;
    double held = 0;
    for (TraceFunction function : trace.functions()) {
      double invocations = function.invocations() * scale.rate();
      double mean = function.durations().meanNanos(scale.maxDurationNanos());
      double bytes = function.memoryMegabytes() * MEGABYTE * scale.memory();
      calls += invocations;
      busy += invocations * mean * scale.busyShare();
      touch += invocations * bytes * touchNanosPerByte;
      held += invocations * mean * bytes;
    }
    return new OfferedLoad(calls * 1e9 / nanos, busy / nanos, touch / nanos, held / nanos);
  }

  double allCores() {
    return cores + touchCores;
  }
}
