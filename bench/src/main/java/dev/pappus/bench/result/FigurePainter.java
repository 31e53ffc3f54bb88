package dev.pappus.bench.result;

import dev.pappus.bench.result.Canvas.Anchor;
import dev.pappus.bench.result.Canvas.Colour;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.DoubleStream;

/** Lays a figure out and paints it: title, legend, panels, notes. */
final class FigurePainter {
  private static final double PANEL_WIDTH = 360;
  private static final double PANEL_HEIGHT = 250;
  private static final double LEFT = 66;
  private static final double RIGHT = 14;
  private static final double BELOW_PANEL = 44;
  private static final double LINE_HEIGHT = 15;
  private static final double TITLE_HEIGHT = 26;
  private static final double TEXT = 11;
  private static final double SMALL = 9;
  private static final double MARK = 3.6;

  /** A letter's width is not known before it is drawn; this is wide. */
  private static final double LETTER_WIDTH = 0.58 * TEXT;

  private static final double SAMPLE_WIDTH = 26;

  /** A joined line of more spots is marked at about so many of them: others would hide it. */
  private static final int MARKS_MAX = 40;

  /** Of a note's further lines, in no-break spaces, which SVG does not leave out. */
  private static final String INDENT = "\u00a0".repeat(8);

  /** Told apart by people who do not see all colours. */
  private static final List<Colour> COLOURS =
      List.of(
          new Colour(0, 114, 178),
          new Colour(213, 94, 0),
          new Colour(0, 158, 115),
          new Colour(204, 121, 167),
          new Colour(230, 159, 0),
          new Colour(86, 180, 233),
          new Colour(90, 90, 90),
          new Colour(120, 60, 20),
          new Colour(110, 70, 180),
          new Colour(128, 128, 0));

  private final Figure figure;
  private final List<String> names;
  private final List<List<String>> legend;
  private final List<String> notes;

  FigurePainter(Figure figure) {
    this.figure = figure;
    this.names =
        List.copyOf(
            new LinkedHashSet<>(
                figure.panels().stream()
                    .flatMap(panel -> panel.lines().stream())
                    .map(Figure.Line::name)
                    .toList()));
    this.legend = legendRows();
    this.notes = figure.notes().stream().flatMap(note -> wrapped(note).stream()).toList();
  }

  double width() {
    return Math.max(1, figure.panels().size()) * (LEFT + PANEL_WIDTH + RIGHT);
  }

  double height() {
    return top() + PANEL_HEIGHT + BELOW_PANEL + notes.size() * LINE_HEIGHT + 8;
  }

  /** A note in lines that the figure has room for; all but the first are indented. */
  private List<String> wrapped(String note) {
    int lettersMax = (int) ((width() - LEFT - RIGHT) / (LETTER_WIDTH * SMALL / TEXT));
    List<String> lines = new ArrayList<>();
    String rest = note;
    while (rest.length() > lettersMax) {
      int end = rest.lastIndexOf(' ', lettersMax);
      int split = end > INDENT.length() ? end : lettersMax;
      lines.add(rest.substring(0, split));
      rest = INDENT + rest.substring(split).stripLeading();
    }
    lines.add(rest);
    return lines;
  }

  private double top() {
    return TITLE_HEIGHT + legend.size() * LINE_HEIGHT + 10;
  }

  private List<List<String>> legendRows() {
    List<List<String>> rows = new ArrayList<>();
    double room = 0;
    for (String name : names) {
      double needed = SAMPLE_WIDTH + (name.length() + 2) * LETTER_WIDTH;
      if (rows.isEmpty() || needed > room) {
        rows.add(new ArrayList<>());
        room = width() - LEFT - RIGHT;
      }
      rows.getLast().add(name);
      room -= needed;
    }
    return rows;
  }

  void paint(Canvas canvas) {
    canvas.text(LEFT, 18, Anchor.START, TEXT + 2, figure.title());
    double y = TITLE_HEIGHT + TEXT;
    for (List<String> row : legend) {
      double x = LEFT;
      for (String name : row) {
        canvas.polyline(
            new double[] {x, x + SAMPLE_WIDTH - 6}, new double[] {y - 4, y - 4}, colour(name), 1.6);
        mark(canvas, x + (SAMPLE_WIDTH - 6) / 2, y - 4, name);
        canvas.text(x + SAMPLE_WIDTH, y, Anchor.START, TEXT, name);
        x += SAMPLE_WIDTH + (name.length() + 2) * LETTER_WIDTH;
      }
      y += LINE_HEIGHT;
    }
    for (int i = 0; i < figure.panels().size(); i++) {
      panel(canvas, figure.panels().get(i), i * (LEFT + PANEL_WIDTH + RIGHT) + LEFT, top());
    }
    y = top() + PANEL_HEIGHT + BELOW_PANEL + SMALL;
    for (String note : notes) {
      canvas.text(LEFT, y, Anchor.START, SMALL, note);
      y += LINE_HEIGHT;
    }
  }

  private void panel(Canvas canvas, Figure.Panel panel, double left, double top) {
    Scale x =
        Scale.of(
            panel.x(),
            panel.lines().stream()
                .flatMap(line -> line.spots().stream())
                .mapToDouble(Figure.Spot::x));
    Scale y =
        Scale.of(
            panel.y(),
            panel.lines().stream()
                .flatMap(line -> line.spots().stream())
                .flatMapToDouble(spot -> DoubleStream.of(spot.low(), spot.y(), spot.high())));
    double bottom = top + PANEL_HEIGHT;
    double right = left + PANEL_WIDTH;
    for (double tick : x.ticks()) {
      double at = left + x.position(tick) * PANEL_WIDTH;
      canvas.polyline(new double[] {at, at}, new double[] {top, bottom}, Colour.GREY, 0.6);
      canvas.text(at, bottom + 13, Anchor.MIDDLE, SMALL, Numbers.text(tick));
    }
    for (double tick : y.ticks()) {
      double at = bottom - y.position(tick) * PANEL_HEIGHT;
      canvas.polyline(new double[] {left, right}, new double[] {at, at}, Colour.GREY, 0.6);
      canvas.text(left - 5, at + 3, Anchor.END, SMALL, Numbers.text(tick));
    }
    canvas.polyline(
        new double[] {left, right, right, left, left},
        new double[] {top, top, bottom, bottom, top},
        Colour.BLACK,
        1);
    canvas.text((left + right) / 2, bottom + 30, Anchor.MIDDLE, TEXT, panel.x().label());
    canvas.textUpwards(left - 46, (top + bottom) / 2, TEXT, panel.y().label());
    for (Figure.Line line : panel.lines()) {
      line(canvas, line, new Frame(x, y, left, bottom));
    }
  }

  /** Where the numbers of a panel lie. */
  private record Frame(Scale scaleX, Scale scaleY, double left, double bottom) {
    double x(double value) {
      return left + scaleX.position(value) * PANEL_WIDTH;
    }

    double y(double value) {
      return bottom - scaleY.position(value) * PANEL_HEIGHT;
    }

    boolean shows(Figure.Spot spot) {
      return Scale.shows(scaleX.axis(), spot.x()) && Scale.shows(scaleY.axis(), spot.y());
    }
  }

  private void line(Canvas canvas, Figure.Line line, Frame frame) {
    List<Figure.Spot> spots = line.spots().stream().filter(frame::shows).toList();
    Colour colour = colour(line.name());
    if (line.joined() && spots.size() > 1) {
      List<Figure.Spot> bends = bends(spots);
      canvas.polyline(
          bends.stream().mapToDouble(spot -> frame.x(spot.x())).toArray(),
          bends.stream().mapToDouble(spot -> frame.y(spot.y())).toArray(),
          colour,
          1.6);
    }
    int step = line.joined() ? 1 + spots.size() / MARKS_MAX : 1;
    for (int i = 0; i < spots.size(); i += step) {
      Figure.Spot spot = spots.get(i);
      double x = frame.x(spot.x());
      if (spot.low() < spot.high() && Scale.shows(frame.scaleY().axis(), spot.low())) {
        canvas.polyline(
            new double[] {x, x},
            new double[] {frame.y(spot.low()), frame.y(spot.high())},
            colour,
            1);
      }
      mark(canvas, x, frame.y(spot.y()), line.name());
    }
  }

  /** Without what lies between two of the same height. */
  private static List<Figure.Spot> bends(List<Figure.Spot> spots) {
    List<Figure.Spot> bends = new ArrayList<>();
    for (int i = 0; i < spots.size(); i++) {
      boolean between = i > 0 && i + 1 < spots.size();
      if (!between
          || spots.get(i).y() != spots.get(i - 1).y()
          || spots.get(i).y() != spots.get(i + 1).y()) {
        bends.add(spots.get(i));
      }
    }
    return bends;
  }

  private Colour colour(String name) {
    return COLOURS.get(names.indexOf(name) % COLOURS.size());
  }

  /** A polygon of three corners and more, so that lines differ without colours too. */
  private void mark(Canvas canvas, double x, double y, String name) {
    int index = names.indexOf(name);
    int corners = 3 + (index + index / COLOURS.size()) % 4; // another one when colours repeat
    int round = index / 4;
    double turned = round * Math.PI / corners;
    double[] xs = new double[corners];
    double[] ys = new double[corners];
    for (int i = 0; i < corners; i++) {
      double angle = 2 * Math.PI * i / corners - Math.PI / 2 + turned;
      xs[i] = x + MARK * Math.cos(angle);
      ys[i] = y + MARK * Math.sin(angle);
    }
    canvas.polygon(xs, ys, colour(name));
  }
}
