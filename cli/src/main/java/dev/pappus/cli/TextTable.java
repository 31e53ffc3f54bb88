package dev.pappus.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Columns under headings; a heading that starts with {@code >} aligns its column right. */
final class TextTable {
  private final List<String[]> rows = new ArrayList<>();
  private final boolean[] alignRight;

  /** Of the widest cell of each column. */
  private final int[] widths;

  TextTable(String... headings) {
    alignRight = new boolean[headings.length];
    widths = new int[headings.length];
    String[] first = headings.clone();
    for (int i = 0; i < headings.length; i++) {
      alignRight[i] = headings[i].startsWith(">");
      first[i] = alignRight[i] ? headings[i].substring(1) : headings[i];
    }
    row(first);
  }

  /** Adds a row with a cell for each heading. */
  void row(String... cells) {
    String[] row = new String[cells.length];
    for (int i = 0; i < row.length; i++) {
      row[i] = ProblemText.printable(cells[i]);
      widths[i] = Math.max(widths[i], width(row[i]));
    }
    rows.add(row);
  }

  /** Whether it has headings only. */
  boolean isEmpty() {
    return rows.size() == 1;
  }

  /** In one piece, which a stream of characters would take apart. */
  void print(PrintStream out) {
    out.writeBytes(toString().getBytes(out.charset()));
  }

  @Override
  public String toString() {
    int lineLength = 1 + 2 * widths.length + IntStream.of(widths).sum();
    StringBuilder text = new StringBuilder(rows.size() * lineLength);
    for (String[] row : rows) {
      append(text, row);
    }
    return text.toString();
  }

  /** A method of its own, so that the JVM has it compiled after some rows of many. */
  private void append(StringBuilder text, String... row) {
    int start = text.length();
    for (int i = 0; i < row.length; i++) {
      int blanks = widths[i] - width(row[i]);
      text.repeat(' ', (i == 0 ? 0 : 2) + (alignRight[i] ? blanks : 0)).append(row[i]);
      text.repeat(' ', alignRight[i] ? 0 : blanks);
    }
    stripTrailing(text, start);
    text.append('\n');
  }

  private static int width(String cell) {
    return cell.codePointCount(0, cell.length());
  }

  private static void stripTrailing(StringBuilder text, int start) {
    int end = text.length();
    while (end > start && text.charAt(end - 1) == ' ') {
      end--;
    }
    text.setLength(end);
  }
}
