package dev.pappus.bench.curves;

import dev.pappus.bench.load.LoadPoint;
import dev.pappus.bench.result.Column;
import dev.pappus.bench.result.Point;
import java.io.IOException;

/**
 * What a system can bear: the highest offered Poisson rate with at least 99 % completed in time, no
 * errors, and a p99 of at most 20 times the unloaded p50.
 */
final class PeakRule {
  private static final double COMPLETED_SHARE_MIN = 0.99;
  private static final double P99_FACTOR_MAX = 20;

  /** How far the next rate is below one that was too high, as long as none was low enough. */
  private static final double STEP_DOWN = 0.8;

  /** And how far above, as long as none was too high. */
  private static final double STEP_UP = 1.1;

  private PeakRule() {}

  /** What a point says of its rate. */
  enum Verdict {
    BORNE,
    /**
     * It would be borne, but the generator kept its schedule too badly to say so: no peak. As its
     * lag is less of a p50 that grows with the rate, higher rates can show more.
     */
    UNPROVEN,
    TOO_HIGH
  }

  /** Whether a point is at or below the peak; above it if requests found no connection. */
  static Verdict judge(Point point, double unloadedP50Micros) {
    double due = point.number(Column.SENT) + point.number(Column.UNSENT);
    boolean borne =
        point.number(Column.COMPLETED) >= COMPLETED_SHARE_MIN * due
            && point.number(Column.REFUSED) == 0
            && point.number(Column.FAILED) == 0
            && point.number(Column.WRONG) == 0
            && point.number(Column.P99_MICROS) <= P99_FACTOR_MAX * unloadedP50Micros;
    boolean offered = LoadPoint.isValid(point) || point.number(Column.UNSENT) == 0;
    if (!borne || !offered) {
      return Verdict.TOO_HIGH;
    }
    return LoadPoint.isValid(point) ? Verdict.BORNE : Verdict.UNPROVEN;
  }

  /** Sends at a rate. */
  @FunctionalInterface
  interface Trial {
    Verdict judge(double perSecond) throws IOException;
  }

  /**
   * Looks for the highest rate that is borne: upwards until one is too high, then by bisection.
   *
   * @param first where to begin
   * @param probes how often to try
   * @return NaN if none was borne
   */
  static double search(double first, int probes, Trial trial) throws IOException {
    double best = Double.NaN;
    double low = Double.NaN;
    double tooHigh = Double.POSITIVE_INFINITY;
    double rate = first;
    for (int i = 0; i < probes; i++) {
      switch (trial.judge(rate)) {
        case BORNE -> {
          best = rate;
          low = rate;
        }
        case UNPROVEN -> low = rate;
        case TOO_HIGH -> tooHigh = rate;
      }
      if (Double.isNaN(low)) {
        rate = STEP_DOWN * tooHigh;
      } else if (Double.isInfinite(tooHigh)) {
        rate = STEP_UP * low;
      } else {
        rate = (low + tooHigh) / 2;
      }
    }
    return best;
  }
}
