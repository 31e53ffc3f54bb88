package dev.pappus.bench.node;

import dev.pappus.bench.load.Request;
import dev.pappus.bench.load.Requests;
import dev.pappus.bench.load.Target;
import dev.pappus.bench.trace.HostSpeed;
import dev.pappus.bench.trace.TraceWork;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Functions that compute for 10 ms to 1 s, each decade of it as often as the other: the durations
 * are the middles of equal parts of a logarithmic scale. Immutable.
 */
final class LongFunctions {
  /** The program; with no memory to touch it only computes. */
  static final String FUNCTION = "trace_work";

  /** For people. */
  static final String RANGE = "10 ms to 1 s";

  private static final double SHORTEST_NANOS = 10e6;
  private static final double LONGEST_NANOS = 1000e6;
  private static final int DURATIONS = 40;

  private final Request[] requests;

  LongFunctions(Target server, HostSpeed speed) {
    requests = new Request[DURATIONS];
    Arrays.setAll(requests, i -> request(server, speed.iterations(durationNanos(i))));
  }

  /** Of a number below {@link #DURATIONS}. */
  private static double durationNanos(int number) {
    return SHORTEST_NANOS * Math.pow(LONGEST_NANOS / SHORTEST_NANOS, (number + 0.5) / DURATIONS);
  }

  private static Request request(Target server, long iterations) {
    byte[] task = TraceWork.task(iterations, 0, null).getBytes(StandardCharsets.US_ASCII);
    byte[] result = TraceWork.result(iterations, 0).getBytes(StandardCharsets.US_ASCII);
    return server
        .at("/function/" + FUNCTION + "?output=result/result")
        .post(
            List.of(),
            task,
            (answer, length) -> Arrays.equals(answer, 0, length, result, 0, result.length));
  }

  /** Computing time of one, on average. */
  double meanNanos() {
    double sum = 0;
    for (int i = 0; i < DURATIONS; i++) {
      sum += durationNanos(i);
    }
    return sum / DURATIONS;
  }

  /** So many a second keep so many cores busy. */
  double rate(double cores) {
    return cores * 1e9 / meanNanos();
  }

  /** An endless choice; the same seed gives the same. */
  Choice choose(long seed) {
    return new Choice(seed);
  }

  /** Which ones were sent. One thread at a time uses it. */
  final class Choice implements Requests {
    private final SplittableRandom random;
    private double nanos;

    private Choice(long seed) {
      random = new SplittableRandom(seed);
    }

    @Override
    public Request next() {
      int number = random.nextInt(DURATIONS);
      nanos += durationNanos(number);
      return requests[number];
    }

    /** Computing time of all so far. */
    double nanos() {
      return nanos;
    }
  }
}
