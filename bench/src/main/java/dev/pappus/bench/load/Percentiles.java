package dev.pappus.bench.load;

import org.HdrHistogram.Histogram;

/**
 * Percentiles of all requests that were due, not of the survivors: one that got no right answer
 * took longer than any that did.
 */
public final class Percentiles {
  /** Of a share of a whole number. */
  private static final double RANK_ROUNDING = 1e-6;

  private Percentiles() {}

  /** The place of a percentile among {@code count} sorted values, from 1. */
  public static long rank(long count, double percent) {
    return Math.max(1, (long) Math.ceil(count * percent / 100 - RANK_ROUNDING));
  }

  /**
   * The time within which a share of requests got a right answer.
   *
   * @param served how long right answers took
   * @param due how many requests were due
   * @param percent above 0, at most 100
   * @return NaN if so many never got one
   */
  public static double of(Histogram served, long due, double percent) {
    long rank = rank(due, percent);
    long right = served.getTotalCount();
    return rank <= right ? served.getValueAtPercentile((rank - 0.5) * 100 / right) : Double.NaN;
  }
}
