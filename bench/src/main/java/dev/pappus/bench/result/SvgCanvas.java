package dev.pappus.bench.result;

import java.util.Locale;

/** A figure as SVG text. */
final class SvgCanvas implements Canvas {
  private final StringBuilder out = new StringBuilder(4096);

  private SvgCanvas() {}

  static String draw(Figure figure) {
    FigurePainter painter = new FigurePainter(figure);
    SvgCanvas canvas = new SvgCanvas();
    String size = number(painter.width()) + "\" height=\"" + number(painter.height());
    canvas
        .out
        .append("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"")
        .append(size)
        .append("\" font-family=\"sans-serif\">\n<rect fill=\"#ffffff\" width=\"")
        .append(size)
        .append("\"/>\n");
    painter.paint(canvas);
    return canvas.out.append("</svg>\n").toString();
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  private static String hex(Colour colour) {
    return String.format("#%02x%02x%02x", colour.red(), colour.green(), colour.blue());
  }

  private SvgCanvas points(double[] x, double[] y) {
    out.append("points=\"");
    for (int i = 0; i < x.length; i++) {
      out.append(i == 0 ? "" : " ").append(number(x[i])).append(',').append(number(y[i]));
    }
    out.append('"');
    return this;
  }

  @Override
  public void polyline(double[] x, double[] y, Colour colour, double width) {
    out.append("<polyline fill=\"none\" stroke=\"").append(hex(colour));
    out.append("\" stroke-width=\"").append(number(width)).append("\" ");
    points(x, y).out.append("/>\n");
  }

  @Override
  public void polygon(double[] x, double[] y, Colour colour) {
    out.append("<polygon fill=\"").append(hex(colour)).append("\" ");
    points(x, y).out.append("/>\n");
  }

  @Override
  public void text(double x, double y, Anchor anchor, double size, String text) {
    String at = anchor.name().toLowerCase(Locale.ROOT);
    text("x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + at + "\"", size, text);
  }

  @Override
  public void textUpwards(double x, double y, double size, String text) {
    String place = number(x) + " " + number(y);
    text("transform=\"translate(" + place + ") rotate(-90)\" text-anchor=\"middle\"", size, text);
  }

  private void text(String place, double size, String text) {
    String escaped =
        text.replaceAll("\\p{Cntrl}+", " ")
            .replace("&", "&amp;")
            .replace("<", "&lt;")
            .replace(">", "&gt;");
    out.append("<text font-size=\"").append(number(size)).append("\" ").append(place);
    out.append('>').append(escaped).append("</text>\n");
  }
}
