package dev.pappus.bench.trace;

import java.util.List;

/**
 * A function of a trace.
 *
 * @param id what the trace calls it
 * @param perMinute its invocations in each minute that is looked at
 * @param durations how long they take, waiting included
 * @param memoryMegabytes what its application has allocated on average
 */
record TraceFunction(
    String id, List<Integer> perMinute, DurationCurve durations, double memoryMegabytes) {
  TraceFunction {
    perMinute = List.copyOf(perMinute);
  }

  long invocations() {
    long sum = 0;
    for (int count : perMinute) {
      sum += count;
    }
    return sum;
  }
}
