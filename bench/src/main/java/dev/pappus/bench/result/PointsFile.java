package dev.pappus.bench.result;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** {@code points.csv}: commas, quotes as RFC 4180 has them, one line a row. */
public final class PointsFile {
  /** The first line. */
  public static final String HEADER =
      Arrays.stream(Column.values()).map(Column::text).collect(Collectors.joining(","));

  private PointsFile() {}

  /** A row as a line. */
  static String line(Point point) {
    return Arrays.stream(Column.values())
        .map(column -> quoted(point.text(column)))
        .collect(Collectors.joining(",", "", "\n"));
  }

  private static String quoted(String cell) {
    String plain = cell.replaceAll("\\p{Cntrl}+", " ");
    return plain.indexOf(',') < 0 && plain.indexOf('"') < 0
        ? plain
        : '"' + plain.replace("\"", "\"\"") + '"';
  }

  /** Writes one row at the end. */
  static void append(Writer file, Point point) {
    try {
      file.write(line(point));
      file.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("points.csv cannot be written", e);
    }
  }

  /**
   * Reads a file. Columns that only other versions know are skipped, and those that they lack are
   * empty.
   *
   * @throws IOException if it cannot be read, or a line has more cells than the header
   */
  public static List<Point> read(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    if (lines.isEmpty()) {
      throw new IOException(file + " is empty");
    }
    List<String> names = cells(lines.getFirst());
    List<Point> points = new ArrayList<>();
    for (int i = 1; i < lines.size(); i++) {
      List<String> cells = cells(lines.get(i));
      if (cells.size() > names.size()) {
        throw new IOException(file + ":" + (i + 1) + ": more cells than the header has");
      }
      points.add(point(names, cells));
    }
    return points;
  }

  private static Point point(List<String> names, List<String> cells) {
    Point point = Point.of("", "");
    for (Column column : Column.values()) {
      int at = names.indexOf(column.text());
      if (at >= 0 && at < cells.size() && !cells.get(at).isEmpty()) {
        point = point.with(column, cells.get(at));
      }
    }
    return point;
  }

  private static List<String> cells(String line) {
    List<String> cells = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"' && quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
        cell.append(c);
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        cells.add(cell.toString());
        cell.setLength(0);
      } else {
        cell.append(c);
      }
    }
    cells.add(cell.toString());
    return cells;
  }
}
