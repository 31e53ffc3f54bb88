package dev.pappus.bench.load;

import java.util.SplittableRandom;

/** When requests are due. */
public sealed interface Schedule {
  /** Requests a second. */
  double perSecond();

  /** Its name in results. */
  String text();

  /** The times of one run, from its start. */
  Arrivals arrivals();

  /** Times one after the other. */
  @FunctionalInterface
  interface Arrivals {
    /** When the next request is due, in nanoseconds after the start. */
    long nextNanos();
  }

  /**
   * As many independent clients send: gaps are exponentially distributed.
   *
   * @param perSecond the mean rate
   * @param seed the same seed gives the same times
   */
  record Poisson(double perSecond, long seed) implements Schedule {
    public Poisson {
      requireRate(perSecond);
    }

    @Override
    public String text() {
      return "poisson";
    }

    @Override
    public Arrivals arrivals() {
      SplittableRandom random = new SplittableRandom(seed);
      double[] last = {0};
      return () -> {
        last[0] -= Math.log(1 - random.nextDouble()) / perSecond;
        return (long) (last[0] * 1e9);
      };
    }
  }

  /**
   * At equal distances.
   *
   * @param perSecond the rate
   */
  record Fixed(double perSecond) implements Schedule {
    public Fixed {
      requireRate(perSecond);
    }

    @Override
    public String text() {
      return "fixed";
    }

    @Override
    public Arrivals arrivals() {
      long[] number = {0};
      return () -> (long) (number[0]++ / perSecond * 1e9);
    }
  }

  private static void requireRate(double perSecond) {
    if (!(perSecond > 0 && perSecond <= 1e7)) {
      throw new IllegalArgumentException(
          "a rate is above 0 and at most 10000000 requests a second, not " + perSecond);
    }
  }
}
