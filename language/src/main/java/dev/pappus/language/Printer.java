package dev.pappus.language;

import java.util.ArrayList;
import java.util.List;

/**
 * Units to formatted text. What it prints depends on the units alone, so that it is a fixed point.
 */
final class Printer {
  private static final int WIDTH_MAX = 100;
  private static final String INDENT = "    ";

  /** A line of a unit: code, or a comment on its own. */
  private record Line(int depth, String code, List<Comment> comments) {
    boolean fits(int indent) {
      return (depth + indent) * INDENT.length() + code.length() <= WIDTH_MAX;
    }
  }

  private final StringBuilder out = new StringBuilder();
  private int line = 1;
  private boolean fresh = true;

  String text() {
    return out.toString();
  }

  int length() {
    return out.length();
  }

  /** The next thing printed follows an opening brace: no empty line before it. */
  void open() {
    fresh = true;
  }

  /** Prints a unit; returns the number of the line on which its code begins. */
  int unit(Unit unit, int indent, boolean forceBlank) {
    boolean blank = forceBlank;
    for (Unit.Lead lead : unit.leading()) {
      comment(lead, indent, blank);
      blank = false;
    }
    blankLine(blank || unit.blankBefore());
    int start = line;
    for (Line each : lines(unit, indent)) {
      write(each, indent);
    }
    return start;
  }

  void comments(List<Unit.Lead> leads, int indent, boolean forceBlank) {
    boolean blank = forceBlank;
    for (Unit.Lead lead : leads) {
      comment(lead, indent, blank);
      blank = false;
    }
  }

  /** Prints a composition's end. */
  void close(List<Comment> trailing) {
    write(new Line(0, "}", trailing), 0);
  }

  private void comment(Unit.Lead lead, int indent, boolean forceBlank) {
    blankLine(forceBlank || lead.blankBefore());
    write(new Line(0, "", List.of(lead.comment())), indent);
  }

  private void blankLine(boolean wanted) {
    if (wanted && !fresh) {
      out.append('\n');
      line++;
    }
    fresh = false;
  }

  private void write(Line each, int indent) {
    out.append(INDENT.repeat(indent + each.depth)).append(each.code);
    boolean apart = !each.code.isEmpty();
    for (Comment comment : each.comments) {
      out.append(apart ? " " : "").append(comment.text());
      line += (int) comment.text().chars().filter(c -> c == '\n').count();
      apart = true;
    }
    out.append('\n');
    line++;
    fresh = false;
  }

  /** The first of the layouts that fits; the last if none does. */
  private static List<Line> lines(Unit unit, int indent) {
    boolean[][] layouts = {{false, false}, {true, false}, {false, true}, {true, true}};
    for (boolean[] broken : layouts) {
      boolean hides =
          (!broken[0] && unit.inputs().hasComments())
              || (!broken[1] && unit.outputs().hasComments());
      boolean idle =
          (broken[0] && unit.inputs().isEmpty()) || (broken[1] && unit.outputs().isEmpty());
      if (!hides && !idle) {
        List<Line> lines = lines(unit, broken[0], broken[1]);
        if (lines.stream().allMatch(each -> each.fits(indent))) {
          return lines;
        }
      }
    }
    return lines(unit, !unit.inputs().isEmpty(), !unit.outputs().isEmpty());
  }

  private static List<Line> lines(Unit unit, boolean breakInputs, boolean breakOutputs) {
    List<Line> lines = new ArrayList<>();
    String current = row(lines, unit.head() + " ", unit.inputs(), breakInputs);
    current = row(lines, current + " => ", unit.outputs(), breakOutputs);
    lines.add(new Line(0, current + unit.tail(), unit.trailing()));
    return lines;
  }

  private static String row(List<Line> lines, String before, Unit.Row row, boolean broken) {
    if (!broken) {
      return before
          + "("
          + String.join(", ", row.cells().stream().map(Unit.Cell::text).toList())
          + ")";
    }
    lines.add(new Line(0, before + "(", List.of()));
    int left = row.cells().size();
    for (Unit.Cell cell : row.cells()) {
      cell.leading().forEach(comment -> lines.add(new Line(1, "", List.of(comment))));
      left--;
      lines.add(new Line(1, left > 0 ? cell.text() + "," : cell.text(), cell.trailing()));
    }
    row.dangling().forEach(comment -> lines.add(new Line(1, "", List.of(comment))));
    return ")";
  }
}
