package dev.pappus.bench.result;

import java.util.List;

/**
 * Panels side by side with one legend, in the style of the papers.
 *
 * @param title above all
 * @param notes below all: every factor by which something was scaled
 * @param panels from left to right
 */
public record Figure(String title, List<String> notes, List<Panel> panels) {
  public Figure {
    notes = List.copyOf(notes);
    panels = List.copyOf(panels);
  }

  /**
   * A pair of axes with lines.
   *
   * @param x the horizontal axis
   * @param y the vertical axis
   * @param lines in the order of the legend; those of the same name look alike in all panels
   */
  public record Panel(Axis x, Axis y, List<Line> lines) {
    public Panel {
      lines = List.copyOf(lines);
    }
  }

  /**
   * An axis.
   *
   * @param label what it shows, with its unit
   * @param logarithmic whether powers of ten are equally far apart; then only positive numbers are
   *     drawn
   */
  public record Axis(String label, boolean logarithmic) {}

  /**
   * Points that belong together.
   *
   * @param name in the legend
   * @param joined whether a line goes from one to the next
   * @param spots in the order of the line
   */
  public record Line(String name, boolean joined, List<Spot> spots) {
    public Line {
      spots = List.copyOf(spots);
    }
  }

  /**
   * A point with the interval in which its height probably lies.
   *
   * @param low equal to {@code y} if that is not known
   * @param high equal to {@code y} if that is not known
   */
  public record Spot(double x, double y, double low, double high) {
    /** Without an interval. */
    public static Spot at(double x, double y) {
      return new Spot(x, y, y, y);
    }
  }
}
