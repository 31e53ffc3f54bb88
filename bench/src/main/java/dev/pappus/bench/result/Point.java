package dev.pappus.bench.result;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A row of {@code points.csv}. Immutable. */
public final class Point {
  private final EnumMap<Column, String> cells;

  private Point(EnumMap<Column, String> cells) {
    this.cells = cells;
  }

  /** A row of a series. */
  public static Point of(String bench, String series) {
    return new Point(new EnumMap<>(Column.class))
        .with(Column.BENCH, bench)
        .with(Column.SERIES, series);
  }

  /** With one more cell. */
  public Point with(Column column, String text) {
    EnumMap<Column, String> more = new EnumMap<>(cells);
    more.put(column, text);
    return new Point(more);
  }

  /** With one more number; NaN, which is nothing measured, leaves the cell empty. */
  public Point with(Column column, double number) {
    return Double.isNaN(number) ? this : with(column, Numbers.text(number));
  }

  /** With one more number. */
  public Point with(Column column, long number) {
    return with(column, Long.toString(number));
  }

  /** With one more truth. */
  public Point with(Column column, boolean truth) {
    return with(column, Boolean.toString(truth));
  }

  /** A cell; empty if nothing was put there. */
  public String text(Column column) {
    return cells.getOrDefault(column, "");
  }

  /** A cell's number; NaN if there is none. */
  public double number(Column column) {
    @Nullable String text = cells.get(column);
    try {
      return text == null ? Double.NaN : Double.parseDouble(text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Point point && cells.equals(point.cells);
  }

  @Override
  public int hashCode() {
    return cells.hashCode();
  }

  @Override
  public String toString() {
    return Map.copyOf(cells).toString();
  }
}
