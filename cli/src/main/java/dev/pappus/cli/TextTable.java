package dev.pappus.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Columns under headings; a heading that starts with {@code >} aligns its column right. */
final class TextTable {
  private final List<List<String>> rows = new ArrayList<>();
  private final boolean[] alignRight;

  TextTable(String... headings) {
    alignRight = new boolean[headings.length];
    List<String> first = new ArrayList<>();
    for (int i = 0; i < headings.length; i++) {
      alignRight[i] = headings[i].startsWith(">");
      first.add(alignRight[i] ? headings[i].substring(1) : headings[i]);
    }
    rows.add(first);
  }

  /** Adds a row with a cell for each heading. */
  void row(String... cells) {
    rows.add(Arrays.stream(cells).map(ProblemText::printable).toList());
  }

  @Override
  public String toString() {
    int[] widths = new int[alignRight.length];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).codePointCount(0, row.get(i).length()));
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String cell = row.get(i);
        String blanks = " ".repeat(widths[i] - cell.codePointCount(0, cell.length()));
        line.append(i == 0 ? "" : "  ").append(alignRight[i] ? blanks + cell : cell + blanks);
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
