package dev.pappus.bench.curves;

import dev.pappus.bench.result.Column;
import dev.pappus.bench.result.Figure;
import dev.pappus.bench.result.Measure;
import dev.pappus.bench.result.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/** Latency against throughput, a line for each curve. */
final class CurvesFigure {
  private CurvesFigure() {}

  static Figure of(CurvesSettings settings, List<Series> curves, List<Point> points) {
    return new Figure(
        String.format(
            Locale.ROOT,
            "Figure %d: %d×%d int64 matmul, latency by throughput%s",
            settings.figure(),
            CurvesSettings.SIZE,
            CurvesSettings.SIZE,
            settings.figure() == 4 ? ", all warm and all cold" : " and share of warm requests"),
        notes(settings, points),
        List.of(
            panel("p50 latency, µs", Column.P50_MICROS, curves, points),
            panel("p99 latency, µs", Column.P99_MICROS, curves, points)));
  }

  private static List<String> notes(CurvesSettings settings, List<Point> points) {
    List<String> notes = new ArrayList<>();
    notes.add(
        String.format(
            Locale.ROOT,
            "repetitions: %d of %.1f s; Poisson arrivals from one thread on the same machine; bars:"
                + " interval of the median; latency from the intended send time",
            settings.repetitions(),
            settings.nanos() / 1e9));
    notes.add("points left out that are invalid, or where too many requests got no right answer");
    notes.add(
        String.format(
            Locale.ROOT,
            "hot: bound or loaded; others of %d functions come from the page cache; body in and"
                + " out: %s and %s bytes",
            settings.cold(),
            first(points, Column.BYTES_IN),
            first(points, Column.BYTES_OUT)));
    return notes;
  }

  private static String first(List<Point> points, Column column) {
    return points.stream()
        .map(point -> point.text(column))
        .filter(text -> !text.isEmpty())
        .findFirst()
        .orElse("?");
  }

  private static Figure.Panel panel(
      String label, Column latency, List<Series> curves, List<Point> points) {
    return new Figure.Panel(
        new Figure.Axis("throughput, requests/s", false),
        new Figure.Axis(label, true),
        curves.stream()
            .map(series -> new Figure.Line(series.legend(), true, spots(series, latency, points)))
            .toList());
  }

  /** Medians over the repetitions of a rate. */
  private static List<Figure.Spot> spots(Series series, Column latency, List<Point> points) {
    TreeMap<Double, List<Point>> byRate = new TreeMap<>();
    points.stream()
        .filter(point -> point.text(Column.SERIES).equals(series.name()))
        .filter(point -> point.text(Column.NOTE).equals("sweep"))
        .filter(point -> !point.text(latency).isEmpty())
        .forEach(point ->
            byRate.computeIfAbsent(point.number(Column.X), _ -> new ArrayList<>()).add(point));
    return byRate.values().stream().map(same -> spot(same, latency)).toList();
  }

  private static Figure.Spot spot(List<Point> same, Column latency) {
    Measure x = measure(same, Column.THROUGHPUT_PER_SECOND);
    Measure y = measure(same, latency);
    Measure.Interval interval = y.interval();
    return new Figure.Spot(x.median(), y.median(), interval.low(), interval.high());
  }

  private static Measure measure(List<Point> points, Column column) {
    return new Measure("m", "", points.stream().map(point -> point.number(column)).toList());
  }
}
