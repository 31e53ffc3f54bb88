package dev.pappus.bench.load;

import dev.pappus.bench.result.Column;
import dev.pappus.bench.result.Point;
import dev.pappus.bench.result.RunFolder;
import dev.pappus.bench.result.Samples;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** {@code pappus bench load}: one request, sent to any server at one rate after the other. */
public final class LoadBench {
  private static final String NAME = "load";

  /** What to do. */
  public enum Arrival {
    POISSON,
    FIXED;

    /** With a rate. */
    public Schedule schedule(double perSecond, long seed) {
      return switch (this) {
        case POISSON -> new Schedule.Poisson(perSecond, seed);
        case FIXED -> new Schedule.Fixed(perSecond);
      };
    }
  }

  /**
   * How to do it.
   *
   * @param arrival kind of schedule
   * @param rates requests a second
   * @param nanos for each point
   * @param warmUpNanos before the first
   * @param timeoutNanos answers later than this do not count
   * @param repetitions of each rate
   * @param connections opened ahead
   * @param connectionsMax at most
   * @param seed of schedules
   */
  public record Settings(
      Arrival arrival,
      List<Double> rates,
      long nanos,
      long warmUpNanos,
      long timeoutNanos,
      int repetitions,
      int connections,
      int connectionsMax,
      long seed) {
    public Settings {
      rates = List.copyOf(rates);
      if (nanos < 1 || warmUpNanos < 1) {
        throw new IllegalArgumentException("points and the warm-up need some time");
      }
      LoadFlow.requireTimeout(timeoutNanos);
      for (double rate : rates) {
        var _ = arrival.schedule(rate, seed);
      }
    }
  }

  private LoadBench() {}

  /**
   * Asks once, and takes the answer for what all answers must be: functions are pure.
   *
   * @param make makes the request with a check
   * @throws IOException if nobody answers, or with another status than 200
   */
  public static Request learn(
      Target target, java.util.function.Function<Request.AnswerCheck, Request> make)
      throws IOException {
    byte[][] seen = {null};
    Request.AnswerCheck learner =
        (body, length) -> {
          seen[0] = Arrays.copyOf(body, length);
          return true;
        };
    try (LoadGenerator generator = new LoadGenerator(target.address(), 1)) {
      generator.connect(1);
      LoadFlow once = LoadFlow.open(Requests.repeat(make.apply(learner)), new Schedule.Fixed(0.5));
      generator.run(List.of(once), TimeUnit.MILLISECONDS.toNanos(1), TimeUnit.SECONDS.toNanos(30));
      byte[] expected = seen[0];
      if (expected == null) {
        throw new IOException(
            "the first request got no answer with status 200 (refused "
                + once.refused().getTotalCount()
                + ", failed "
                + (once.failed() + once.late())
                + "): try it with curl");
      }
      return make.apply(
          (body, length) -> Arrays.equals(body, 0, length, expected, 0, expected.length));
    }
  }

  /**
   * Sends.
   *
   * @param results takes the rows; null if nobody wants them
   * @param progress told each row as text
   * @return all rows
   * @throws IOException if nobody answers
   */
  public static List<Point> run(
      Target target,
      Requests requests,
      Settings settings,
      @Nullable RunFolder results,
      Consumer<String> progress)
      throws IOException {
    List<Point> points = new ArrayList<>();
    try (LoadGenerator generator = new LoadGenerator(target.address(), settings.connectionsMax())) {
      generator.connect(settings.connections());
      if (results != null) {
        results.factor("generator", generator.prompt() ? "SCHED_FIFO" : "ordinary priority");
      }
      LoadFlow warmUp =
          LoadFlow.open(requests, settings.arrival().schedule(settings.rates().getFirst(), 0));
      generator.run(List.of(warmUp), settings.warmUpNanos(), settings.timeoutNanos());
      for (int repetition = 1; repetition <= settings.repetitions(); repetition++) {
        for (double rate : settings.rates()) {
          long seed = settings.seed() + 1000L * repetition + points.size();
          Schedule schedule = settings.arrival().schedule(rate, seed);
          LoadFlow flow = LoadFlow.open(requests, schedule);
          generator.run(List.of(flow), settings.nanos(), settings.timeoutNanos());
          Point point =
              LoadPoint.open(
                  Point.of(NAME, series(rate))
                      .with(Column.REPETITION, repetition)
                      .with(Column.SEED, seed),
                  flow,
                  schedule,
                  settings.nanos());
          points.add(point);
          if (results != null) {
            results.add(point, "rep=" + repetition, flow.served());
          }
          progress.accept(line(point));
        }
      }
    }
    if (results != null) {
      for (double rate : settings.rates()) {
        List<Point> same =
            points.stream()
                .filter(point -> point.text(Column.SERIES).equals(series(rate)))
                .toList();
        measure(results, same, series(rate) + ".throughput", "1/s", Column.THROUGHPUT_PER_SECOND);
        measure(results, same, series(rate) + ".p50", "us", Column.P50_MICROS);
        measure(results, same, series(rate) + ".p99", "us", Column.P99_MICROS);
      }
    }
    return points;
  }

  /** As measures may be called: {@code rate0_5} is half a request a second. */
  private static String series(double rate) {
    String text = BigDecimal.valueOf(rate).stripTrailingZeros().toPlainString();
    return "rate" + text.replace('.', '_');
  }

  /** From the points that are valid and have it; of others the run folder says why not. */
  private static void measure(
      RunFolder results, List<Point> points, String name, String unit, Column column) {
    Samples samples = new Samples();
    for (Point point : points) {
      if (LoadPoint.isValid(point)) {
        samples.add(name, unit, point.number(column));
      }
    }
    samples.into(results);
    samples.explainMissing(results, name, points.size(), LoadPoint.WHY_NO_SAMPLE);
  }

  /** A row for people. */
  public static String line(Point point) {
    return String.format(
        Locale.ROOT,
        "offered %8.1f/s  served %8.1f/s  p50 %9s  p99 %9s  max %9s µs  refused %d failed %d"
            + " late %d wrong %d unsent %d%s",
        point.number(Column.OFFERED_PER_SECOND),
        point.number(Column.THROUGHPUT_PER_SECOND),
        micros(point, Column.P50_MICROS),
        micros(point, Column.P99_MICROS),
        micros(point, Column.MAX_MICROS),
        (long) point.number(Column.REFUSED),
        (long) point.number(Column.FAILED),
        (long) point.number(Column.LATE),
        (long) point.number(Column.WRONG),
        (long) point.number(Column.UNSENT),
        LoadPoint.isValid(point) ? "" : "  INVALID: " + point.text(Column.NOTE));
  }

  /** With one decimal; a dash where so many never got a right answer. */
  private static String micros(Point point, Column column) {
    double micros = point.number(column);
    return Double.isNaN(micros) ? "-" : String.format(Locale.ROOT, "%.1f", micros);
  }
}
