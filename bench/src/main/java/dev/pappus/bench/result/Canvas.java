package dev.pappus.bench.result;

/** What a figure is drawn on: pixels, or SVG. Lengths in points, from the upper left corner. */
interface Canvas {
  /** Where a text's position lies in it. */
  enum Anchor {
    START,
    MIDDLE,
    END
  }

  /** Through points, open. */
  void polyline(double[] x, double[] y, Colour colour, double width);

  /** A filled area. */
  void polygon(double[] x, double[] y, Colour colour);

  /** On its baseline. */
  void text(double x, double y, Anchor anchor, double size, String text);

  /** From bottom to top, its middle at the position. */
  void textUpwards(double x, double y, double size, String text);

  /** Eight bits each. */
  record Colour(int red, int green, int blue) {
    static final Colour BLACK = new Colour(0, 0, 0);
    static final Colour GREY = new Colour(221, 221, 221);
  }
}
