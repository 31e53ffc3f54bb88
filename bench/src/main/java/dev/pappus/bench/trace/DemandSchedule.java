package dev.pappus.bench.trace;

import dev.pappus.bench.model.Demand;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/** The invocations of a scaled trace, one by one: the same for the same seed. */
final class DemandSchedule {
  private static final double MEGABYTE = 1 << 20;

  private DemandSchedule() {}

  /**
   * In order of their time: within a minute, invocations come at any moment with equal chance.
   *
   * @throws TraceException if that are more than {@code callsMax}
   */
  static List<Demand> of(AzureTrace trace, TraceScale scale, int callsMax) {
    List<Demand> demands = new ArrayList<>();
    for (int f = 0; f < trace.functions().size(); f++) {
      TraceFunction function = trace.functions().get(f);
      // A generator for each function, so that one more of them changes nothing about the others.
      SplittableRandom random = new SplittableRandom(scale.seed() ^ function.id().hashCode());
      for (int minute = 0; minute < function.perMinute().size(); minute++) {
        int calls = chosen(function.perMinute().get(minute), scale.rate(), random);
        for (int i = 0; i < calls; i++) {
          demands.add(demand(f, function, minute, scale, random));
        }
        if (demands.size() > callsMax) {
          throw new TraceException(
              "that are more than %d invocations: take fewer minutes, or a smaller --scale-rate"
                  .formatted(callsMax));
        }
      }
    }
    demands.sort(Comparator.comparingLong(Demand::dueNanos).thenComparingInt(Demand::function));
    return demands;
  }

  private static int chosen(int calls, double rate, SplittableRandom random) {
    int whole = (int) rate;
    int chosen = calls * whole;
    for (int i = 0; i < calls; i++) {
      chosen += random.nextDouble() < rate - whole ? 1 : 0;
    }
    return chosen;
  }

  private static Demand demand(
      int number, TraceFunction function, int minute, TraceScale scale, SplittableRandom random) {
    long due = (long) ((minute + random.nextDouble()) * scale.minuteNanos());
    long nanos =
        Math.min(scale.maxDurationNanos(), function.durations().nanosAt(random.nextDouble()));
    long busy = (long) (nanos * scale.busyShare());
    long bytes = (long) (function.memoryMegabytes() * MEGABYTE * scale.memory());
    return new Demand(number, due, busy, nanos - busy, bytes);
  }
}
