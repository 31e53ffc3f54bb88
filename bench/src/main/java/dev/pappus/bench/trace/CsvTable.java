package dev.pappus.bench.trace;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A file of comma-separated values without quotes, plain or compressed by gzip, whose first line
 * names the columns. Names are compared without case.
 */
final class CsvTable implements AutoCloseable {
  private static final int LINE_CHARACTERS_MAX = 1 << 20;

  private final Path file;
  private final BufferedReader reader;
  private final Map<String, Integer> columns = new HashMap<>();
  private int line = 1;
  private List<String> row = List.of();

  private CsvTable(Path file, BufferedReader reader) throws IOException {
    this.file = file;
    this.reader = reader;
    String header = readLine();
    List<String> names = header == null ? List.of() : split(header);
    for (int i = 0; i < names.size(); i++) {
      columns.putIfAbsent(names.get(i).strip().toLowerCase(Locale.ROOT), i);
    }
  }

  static CsvTable open(Path file) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file));
    try {
      in.mark(2);
      boolean compressed = in.read() == 0x1f && in.read() == 0x8b;
      in.reset();
      InputStream bytes = compressed ? new GZIPInputStream(in, 1 << 16) : in;
      return new CsvTable(
          file, new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8)));
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  boolean has(String column) {
    return columns.containsKey(column.toLowerCase(Locale.ROOT));
  }

  /** Goes to the next row; false after the last. */
  boolean next() throws IOException {
    String text = readLine();
    line++;
    if (text == null) {
      return false;
    }
    row = split(text);
    return true;
  }

  String text(String column) {
    Integer index = columns.get(column.toLowerCase(Locale.ROOT));
    if (index == null) {
      throw new TraceException("%s has no column %s".formatted(file.getFileName(), column));
    }
    if (index >= row.size()) {
      throw new TraceException(
          "line %d of %s has no value for %s".formatted(line, file.getFileName(), column));
    }
    return row.get(index).strip();
  }

  /** A number from 0. */
  double number(String column) {
    String text = text(column);
    try {
      double value = Double.parseDouble(text);
      if (value >= 0 && value <= 1e15) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Below.
    }
    throw new TraceException(
        "line %d of %s: %s must be a number from 0, not '%s'"
            .formatted(line, file.getFileName(), column, text));
  }

  private @Nullable String readLine() throws IOException {
    StringBuilder text = new StringBuilder();
    int next = reader.read();
    if (next < 0) {
      return null;
    }
    while (next >= 0 && next != '\n') {
      if (text.length() == LINE_CHARACTERS_MAX) {
        throw new TraceException(
            "line %d of %s is longer than any line of a trace".formatted(line, file.getFileName()));
      }
      if (next != '\r') {
        text.append((char) next);
      }
      next = reader.read();
    }
    return text.toString();
  }

  private static List<String> split(String text) {
    List<String> fields = new ArrayList<>();
    int start = 0;
    for (int comma = text.indexOf(','); comma >= 0; comma = text.indexOf(',', start)) {
      fields.add(text.substring(start, comma));
      start = comma + 1;
    }
    fields.add(text.substring(start));
    return fields;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
