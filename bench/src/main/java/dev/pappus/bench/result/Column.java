package dev.pappus.bench.result;

import java.util.Locale;

/**
 * The columns of {@code points.csv}, in this order whatever was measured; what a benchmark does not
 * know stays empty. Units end names.
 */
public enum Column {
  /** The benchmark: {@code load}, {@code curves}, …, as in {@code pappus bench NAME}. */
  BENCH,
  /** The curve that the point belongs to, as in the names of measures: {@code hot95}. */
  SERIES,
  /** What was measured: the name of a folder in bench/systems, or empty. */
  SYSTEM,
  /** Share of requests for functions that are warm, in per cent: as meant. */
  HOT_PERCENT,
  /** The same, as the answers said. */
  HOT_SEEN_PERCENT,
  /** Repetition, from 1. */
  REPETITION,
  /** Seed of schedule and mix. */
  SEED,
  /** What is varied, where it is not the offered rate. */
  X,
  /** {@code poisson}, {@code fixed} or {@code closed}. */
  SCHEDULE,
  /** Requests a second that were due. */
  OFFERED_PER_SECOND,
  /** Good answers a second, in time. */
  THROUGHPUT_PER_SECOND,
  DURATION_SECONDS,
  /** Requests that left. */
  SENT,
  /** Requests that were due and did not leave. */
  UNSENT,
  /** Good answers within the time that counts. */
  COMPLETED,
  /** Answers 429 and 503. */
  REFUSED,
  /** Other answers, and connections that broke. */
  FAILED,
  /** Without an answer in time. */
  LATE,
  /** Answers with a wrong result. */
  WRONG,
  /** Whether the generator kept its schedule: {@code true} or {@code false}. */
  VALID,
  /** Why not, or other remarks. */
  NOTE,
  /** 99th percentile of how much later than due requests left. */
  LAG_P99_MICROS,
  /** Latencies count from when a request was due. */
  MIN_MICROS,
  P50_MICROS,
  P90_MICROS,
  P99_MICROS,
  P999_MICROS,
  MAX_MICROS,
  MEAN_MICROS,
  /** Processor time of the system for each request that left. */
  CPU_MICROS,
  BYTES_IN,
  BYTES_OUT,
  /** Start levels that answers named, as {@code bound:90|file:10}. */
  STARTS,
  /** Of a function in a trace: end-to-end time over its own duration. */
  SLOWDOWN_P50,
  SLOWDOWN_P99,
  INSTANCES,
  ITEM_BYTES,
  COPIED_BYTES_PER_EDGE,
  COMMITTED_MEAN_BYTES,
  COMMITTED_MAX_BYTES,
  /** File and tag of the histogram, {@code hot95.hlog#rate=1000;rep=2}. */
  HISTOGRAM;

  /** As the header has it. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
