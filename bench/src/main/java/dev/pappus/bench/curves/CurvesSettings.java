package dev.pappus.bench.curves;

import dev.pappus.bench.load.LoadFlow;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How curves are measured.
 *
 * @param figure 4: all warm against none; 5: shares in between
 * @param backends of Pappus, the first one's curves without its name
 * @param others systems beside it
 * @param hotPercents shares of warm requests
 * @param rates requests a second; empty takes shares of what each curve can bear
 * @param shares of it
 * @param warmUpNanos of load on each system before anything counts
 * @param nanos for each point
 * @param peakNanos for each point of the search for a peak
 * @param pairNanos for each slice of a closed loop
 * @param timeoutNanos answers later than this do not count
 * @param repetitions of everything, in seeded shuffled order
 * @param pairs slices of closed loops, one of each curve in turn
 * @param probes points of the search for a peak, for each curve and repetition
 * @param cold functions with distinct code beside the warm one
 * @param bson whether requests are the reference's documents
 * @param seed of schedules, mixes and order
 * @param budgetNanos no point is begun after this; 0 is no bound
 * @param home root of the source tree
 * @param guestBuild folder of built programs
 */
public record CurvesSettings(
    int figure,
    List<String> backends,
    List<String> others,
    List<Integer> hotPercents,
    List<Double> rates,
    List<Double> shares,
    long warmUpNanos,
    long nanos,
    long peakNanos,
    long pairNanos,
    long timeoutNanos,
    int repetitions,
    int pairs,
    int probes,
    int cold,
    boolean bson,
    long seed,
    long budgetNanos,
    Path home,
    Path guestBuild) {
  /** Rows of the matrices. */
  public static final int SIZE = 128;

  private static final List<Double> SHARES = List.of(0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 1.0);

  public CurvesSettings {
    backends = List.copyOf(backends);
    others = List.copyOf(others);
    hotPercents = List.copyOf(hotPercents);
    rates = List.copyOf(rates);
    shares = List.copyOf(shares);
    LoadFlow.requireTimeout(timeoutNanos);
    if (figure != 4 && figure != 5) {
      throw new IllegalArgumentException("there are figures 4 and 5");
    }
    if (repetitions < 1 || nanos <= 0 || warmUpNanos <= 0 || cold < 1 || backends.isEmpty()) {
      throw new IllegalArgumentException(
          "at least one repetition, some time, one cold function and one backend are needed");
    }
  }

  /** The whole figure; its points take {@code nanos}. */
  public static CurvesSettings full(
      int figure, List<String> backends, long nanos, int repetitions, Path home, Path guestBuild) {
    return new CurvesSettings(
        figure,
        backends,
        figure == 4
            ? List.of(Series.BOUND, "fork-exec", "crun", "runc", "gvisor")
            : List.of(Series.BOUND, "crun"),
        figure == 4 ? List.of(100, 0) : List.of(100, 97, 95, 90, 0),
        List.of(),
        SHARES,
        TimeUnit.SECONDS.toNanos(40),
        nanos,
        Math.max(nanos, TimeUnit.SECONDS.toNanos(30)),
        TimeUnit.SECONDS.toNanos(2),
        TimeUnit.SECONDS.toNanos(1),
        repetitions,
        Math.max(15, repetitions),
        5,
        4000,
        false,
        1,
        0,
        home,
        guestBuild);
  }

  /** One that ends within a minute, to see that everything works. */
  public static CurvesSettings quick(
      int figure, List<String> backends, Path home, Path guestBuild) {
    return new CurvesSettings(
        figure,
        backends,
        List.of(Series.BOUND, "crun"),
        List.of(100, 95, 0),
        List.of(),
        List.of(0.3, 0.7, 0.9),
        TimeUnit.MILLISECONDS.toNanos(1500),
        TimeUnit.MILLISECONDS.toNanos(500),
        TimeUnit.MILLISECONDS.toNanos(500),
        TimeUnit.MILLISECONDS.toNanos(300),
        TimeUnit.SECONDS.toNanos(1),
        1,
        3,
        2,
        100,
        false,
        1,
        TimeUnit.SECONDS.toNanos(40),
        home,
        guestBuild);
  }
}
