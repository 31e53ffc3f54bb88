package dev.pappus.bench.load;

import dev.pappus.bench.result.Column;
import dev.pappus.bench.result.Point;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/** What a flow became, as a row of results. */
public final class LoadPoint {
  /** A point whose requests left later than this share of its median latency is not valid. */
  private static final double LAG_SHARE_MAX = 0.1;

  private static final double NANOS_PER_MICRO = 1e3;

  private LoadPoint() {}

  /** Whether the generator kept its schedule well enough to be believed. */
  public static boolean valid(LoadFlow flow) {
    return flow.completed() > 0
        && flow.lag().getValueAtPercentile(99)
            <= LAG_SHARE_MAX * flow.served().getValueAtPercentile(50);
  }

  /** Of an open loop. */
  public static Point open(Point row, LoadFlow flow, Schedule schedule, long nanos) {
    Point point =
        fill(row, flow, nanos)
            .with(Column.SCHEDULE, schedule.text())
            .with(Column.OFFERED_PER_SECOND, flow.due() * 1e9 / nanos)
            .with(Column.VALID, valid(flow))
            .with(Column.LAG_P99_MICROS, micros(flow.lag(), 99));
    if (valid(flow)) {
      return point;
    }
    return point.with(
        Column.NOTE,
        flow.completed() == 0
            ? "no right answer came in time"
            : "the generator was late: send lag p99 is over 10 % of the latency's p50");
  }

  /** Of a closed loop, which is never late. */
  public static Point closed(Point row, LoadFlow flow, long nanos) {
    return fill(row, flow, nanos)
        .with(Column.SCHEDULE, "closed")
        .with(Column.VALID, flow.completed() > 0);
  }

  private static Point fill(Point row, LoadFlow flow, long nanos) {
    Histogram served = flow.served();
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
        .with(Column.BYTES_OUT, Math.rint((double) flow.bytesIn() / answers(flow)))
        .with(Column.MIN_MICROS, served.getMinValue() / NANOS_PER_MICRO)
        .with(Column.P50_MICROS, micros(served, 50))
        .with(Column.P90_MICROS, micros(served, 90))
        .with(Column.P99_MICROS, micros(served, 99))
        .with(Column.P999_MICROS, micros(served, 99.9))
        .with(Column.MAX_MICROS, served.getMaxValue() / NANOS_PER_MICRO)
        .with(Column.MEAN_MICROS, served.getMean() / NANOS_PER_MICRO);
  }

  private static long answers(LoadFlow flow) {
    return flow.completed() + flow.wrong() + flow.refused().getTotalCount();
  }

  private static double micros(Histogram nanos, double percentile) {
    return nanos.getValueAtPercentile(percentile) / NANOS_PER_MICRO;
  }

  private static String starts(Map<String, Long> levels) {
    return new TreeMap<>(levels)
        .entrySet().stream()
            .map(level -> level.getKey().replaceAll("[^a-z+]", "?") + ":" + level.getValue())
            .collect(Collectors.joining("|"));
  }
}
