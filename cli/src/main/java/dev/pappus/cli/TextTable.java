package dev.pappus.cli;

import java.util.ArrayList;
import java.util.List;

/** Columns under headings; a heading that starts with {@code >} aligns its column right. */
final class TextTable {
  private final List<String[]> rows = new ArrayList<>();
  private final boolean[] alignRight;

  TextTable(String... headings) {
    alignRight = new boolean[headings.length];
    String[] first = headings.clone();
    for (int i = 0; i < headings.length; i++) {
      alignRight[i] = headings[i].startsWith(">");
      first[i] = alignRight[i] ? headings[i].substring(1) : headings[i];
    }
    rows.add(first);
  }

  /** Adds a row with a cell for each heading. */
  void row(String... cells) {
    String[] row = new String[cells.length];
    for (int i = 0; i < row.length; i++) {
      row[i] = ProblemText.printable(cells[i]);
    }
    rows.add(row);
  }

  /** Whether it has headings only. */
  boolean isEmpty() {
    return rows.size() == 1;
  }

  @Override
  public String toString() {
    int[] widths = new int[alignRight.length];
    int lineLength = 1;
    for (int i = 0; i < widths.length; i++) {
      for (String[] row : rows) {
        widths[i] = Math.max(widths[i], width(row[i]));
      }
      lineLength += widths[i] + 2;
    }
    StringBuilder text = new StringBuilder(rows.size() * lineLength);
    for (String[] row : rows) {
      int start = text.length();
      for (int i = 0; i < widths.length; i++) {
        String cell = row[i];
        int blanks = widths[i] - width(cell);
        text.repeat(' ', (i == 0 ? 0 : 2) + (alignRight[i] ? blanks : 0)).append(cell);
        text.repeat(' ', alignRight[i] ? 0 : blanks);
      }
      stripTrailing(text, start);
      text.append('\n');
    }
    return text.toString();
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
