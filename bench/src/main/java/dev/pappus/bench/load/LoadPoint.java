package dev.pappus.bench.load;

import dev.pappus.bench.result.Column;
import dev.pappus.bench.result.Point;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a flow became, as a row of results. */
public final class LoadPoint {
  /** A point whose requests left later than this share of its median latency is not valid. */
  private static final double LAG_SHARE_MAX = 0.1;

  /** Nor is one of whose requests a larger share found no connection: they were never offered. */
  private static final double UNSENT_SHARE_MAX = 0.001;

  /** What a row that has no such number may have in the place of one. */
  public static final String WHY_NO_SAMPLE =
      "the point is not valid, or too many of its requests got no right answer: points.csv says"
          + " which";

  private static final double NANOS_PER_MICRO = 1e3;

  private LoadPoint() {}

  /** Whether the generator kept its schedule well enough to be believed. */
  public static boolean valid(LoadFlow flow) {
    return whyNotValid(flow).isEmpty();
  }

  /** Whether a row says so of itself. */
  public static boolean isValid(Point point) {
    return point.text(Column.VALID).equals("true");
  }

  private static String whyNotValid(LoadFlow flow) {
    if (flow.completed() == 0) {
      return "no right answer came in time";
    }
    if (flow.unsent() > UNSENT_SHARE_MAX * flow.due()) {
      return "%d of %d requests found no connection: all were waiting for answers"
          .formatted(flow.unsent(), flow.due());
    }
    boolean prompt =
        flow.lag().getValueAtPercentile(99)
            <= LAG_SHARE_MAX * flow.served().getValueAtPercentile(50);
    return prompt ? "" : "the generator was late: send lag p99 is over 10 % of the latency's p50";
  }

  /** Of an open loop. */
  public static Point open(Point row, LoadFlow flow, Schedule schedule, long nanos) {
    String why = whyNotValid(flow);
    Point point =
        fill(row, flow, nanos)
            .with(Column.SCHEDULE, schedule.text())
            .with(Column.OFFERED_PER_SECOND, flow.due() * 1e9 / nanos)
            .with(Column.VALID, why.isEmpty())
            .with(Column.LAG_P99_MICROS, flow.lag().getValueAtPercentile(99) / NANOS_PER_MICRO);
    return why.isEmpty() ? point : point.with(Column.NOTE, why);
  }

  /** Of a closed loop, which is never late. */
  public static Point closed(Point row, LoadFlow flow, long nanos) {
    return fill(row, flow, nanos)
        .with(Column.SCHEDULE, "closed")
        .with(Column.VALID, flow.completed() > 0);
  }

  private static Point fill(Point row, LoadFlow flow, long nanos) {
    Point point =
        row.with(Column.DURATION_SECONDS, nanos / 1e9)
            .with(Column.THROUGHPUT_PER_SECOND, flow.servedInWindow() * 1e9 / nanos)
            .with(Column.SENT, flow.sent())
            .with(Column.UNSENT, flow.unsent())
            .with(Column.COMPLETED, flow.completed())
            .with(Column.REFUSED, flow.refused().getTotalCount())
            .with(Column.FAILED, flow.failed())
            .with(Column.LATE, flow.late())
            .with(Column.WRONG, flow.wrong())
            .with(Column.STARTS, starts(flow.starts()));
    if (flow.sent() > 0) {
      point = point.with(Column.BYTES_IN, Math.rint((double) flow.bytesOut() / flow.sent()));
    }
    if (flow.completed() == 0) {
      return point;
    }
    return point
        .with(Column.BYTES_OUT, Math.rint((double) flow.bytesIn() / flow.completed()))
        .with(Column.MIN_MICROS, flow.served().getMinValue() / NANOS_PER_MICRO)
        .with(Column.P50_MICROS, micros(flow, 50))
        .with(Column.P90_MICROS, micros(flow, 90))
        .with(Column.P99_MICROS, micros(flow, 99))
        .with(Column.P999_MICROS, micros(flow, 99.9))
        .with(Column.MAX_MICROS, micros(flow, 100))
        .with(Column.MEAN_MICROS, flow.meanNanos() / NANOS_PER_MICRO);
  }

  private static double micros(LoadFlow flow, double percentile) {
    return flow.percentileNanos(percentile) / NANOS_PER_MICRO;
  }

  private static String starts(Map<String, Long> levels) {
    return new TreeMap<>(levels)
        .entrySet().stream()
            .map(level -> level.getKey().replaceAll("[^a-z+]", "?") + ":" + level.getValue())
            .collect(Collectors.joining("|"));
  }
}
