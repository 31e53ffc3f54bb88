package dev.pappus.bench.trace;

import java.util.concurrent.TimeUnit;

/**
 * What is done to a trace so that a host can bear it.
 *
 * @param rate the share of invocations that are made, chosen by chance; above 1 some are made
 *     several times
 * @param memory factor on each function's memory
 * @param compression how many seconds of the trace pass in one; durations stay as they are
 * @param maxDurationNanos invocations that take longer are cut to it
 * @param busyShare the part of each duration that is processor time; the rest is waiting
 * @param seed of all choices
 */
public record TraceScale(
    double rate,
    double memory,
    double compression,
    long maxDurationNanos,
    double busyShare,
    long seed) {
  private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

  public TraceScale {
    requirePositive("--scale-rate", rate, 1000);
    requirePositive("--scale-memory", memory, 1000);
    requirePositive("--time-compression", compression, 1_000_000);
    requirePositive("--busy-share", busyShare, 1);
    if (maxDurationNanos < 1 || maxDurationNanos > TimeUnit.HOURS.toNanos(1)) {
      throw new TraceException("--max-duration must be from 1ns to 1h");
    }
  }

  private static void requirePositive(String option, double value, double most) {
    if (!(value > 0 && value <= most)) {
      throw new TraceException("%s must be above 0, at most %s".formatted(option, trim(most)));
    }
  }

  private static String trim(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }

  TraceScale withRate(double newRate) {
    return new TraceScale(newRate, memory, compression, maxDurationNanos, busyShare, seed);
  }

  TraceScale withMemory(double newMemory) {
    return new TraceScale(rate, newMemory, compression, maxDurationNanos, busyShare, seed);
  }

  /** How long a minute of the trace takes here. */
  long minuteNanos() {
    return (long) (MINUTE_NANOS / compression);
  }

  /**
   * How the pauses between two invocations of a function compare with the trace's: a keep-alive of
   * T here sees as many of them as one of T × this would in the trace as it was.
   */
  double pauses() {
    return rate * compression;
  }

  /** All factors, for plots and tables. */
  String describe() {
    return "rate ×%s, memory ×%s, time ÷%s, durations cut at %s ms, %s %% of them busy, seed %d"
        .formatted(
            round(rate),
            round(memory),
            round(compression),
            round(maxDurationNanos / 1e6),
            round(busyShare * 100),
            seed);
  }

  static String round(double value) {
    return new java.math.BigDecimal(value)
        .round(new java.math.MathContext(3))
        .stripTrailingZeros()
        .toPlainString();
  }
}
