package dev.pappus.bench.trace;

/** Chooses what a user left open: the largest factors that keep a host at 60 % of what it has. */
final class ScaleChoice {
  static final double SHARE = 0.6;

  /** Functions that a node runs at once for each of its processors: with its spare engines. */
  private static final int RUNNING_PER_CORE = 5;

  private static final double MEGABYTE = 1 << 20;

  private ScaleChoice() {}

  static TraceScale choose(
      AzureTrace trace, TraceOptions options, HostSize host, double touchNanosPerByte) {
    TraceScale scale =
        options.rest().withRate(options.rate().orElse(1)).withMemory(options.memory().orElse(1));
    if (options.memory().isEmpty()) {
      scale = scale.withMemory(memory(trace, host));
    }
    if (options.rate().isEmpty()) {
      OfferedLoad whole = OfferedLoad.of(trace, scale, touchNanosPerByte);
      double byCores = SHARE * host.cores() / whole.allCores();
      double byMemory = SHARE * host.memoryBytes() / Math.max(1, whole.activeBytes());
      scale = scale.withRate(Math.min(1, Math.min(byCores, byMemory)));
    }
    return scale;
  }

  /** So that as many of the largest function as run at once fit. */
  private static double memory(AzureTrace trace, HostSize host) {
    double largest =
        MEGABYTE
            * trace.functions().stream()
                .mapToDouble(TraceFunction::memoryMegabytes)
                .max()
                .orElse(0);
    double room = SHARE * host.memoryBytes() / (RUNNING_PER_CORE * host.cores());
    return Math.min(1, room / Math.max(1, largest));
  }
}
