package dev.pappus.bench.model;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * A platform that answers bursts with instances and keeps them for a while, as Knative does. Every
 * function scales by itself and as far as it likes: the model has no end of processors and memory,
 * which favours it. An instance serves one call at a time, and holds its memory from when it is
 * asked for until it is removed, also while its call waits for others.
 */
public final class KeepAlivePlatform {
  private static final long HIGHEST_NANOS = 3_600_000_000_000L;

  private KeepAlivePlatform() {}

  /**
   * What the platform did.
   *
   * @param committed memory of all instances
   * @param active memory of those at a call
   * @param calls how many were made
   * @param coldCalls those that had to wait for an instance to start or to come free
   * @param latencies of calls, in nanoseconds, queueing included
   */
  public record Result(
      MemoryTimeline committed,
      MemoryTimeline active,
      long calls,
      long coldCalls,
      Histogram latencies) {}

  /**
   * Has it serve {@code demands}.
   *
   * @param demands in order of their time
   * @param nanos until when memory is looked at
   */
  public static Result serve(List<Demand> demands, long nanos, KeepAliveSettings settings) {
    List<List<Demand>> byFunction = new ArrayList<>();
    for (Demand demand : demands) {
      while (byFunction.size() <= demand.function()) {
        byFunction.add(new ArrayList<>());
      }
      byFunction.get(demand.function()).add(demand);
    }
    Result result =
        new Result(
            new MemoryTimeline(nanos),
            new MemoryTimeline(nanos),
            demands.size(),
            0,
            new Histogram(HIGHEST_NANOS, 3));
    long cold = 0;
    for (List<Demand> calls : byFunction) {
      if (!calls.isEmpty()) {
        cold += new ScaledFunction(settings, calls, nanos, result).serve();
      }
    }
    return new Result(
        result.committed(), result.active(), result.calls(), cold, result.latencies());
  }
}
