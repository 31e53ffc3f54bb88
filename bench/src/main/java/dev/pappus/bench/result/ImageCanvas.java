package dev.pappus.bench.result;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** A figure as a PNG file; needs no display. */
final class ImageCanvas implements Canvas {
  private static final double PIXELS_PER_POINT = 2;

  private final Graphics2D graphics;

  private ImageCanvas(Graphics2D graphics) {
    this.graphics = graphics;
  }

  static void draw(Figure figure, Path file) throws IOException {
    // Read once, when the JDK's drawing is first used.
    System.setProperty("java.awt.headless", "true");
    FigurePainter painter = new FigurePainter(figure);
    BufferedImage image =
        new BufferedImage(
            (int) (painter.width() * PIXELS_PER_POINT),
            (int) (painter.height() * PIXELS_PER_POINT),
            BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    try {
      graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      graphics.setRenderingHint(
          RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
      graphics.setColor(Color.WHITE);
      graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
      graphics.scale(PIXELS_PER_POINT, PIXELS_PER_POINT);
      painter.paint(new ImageCanvas(graphics));
    } finally {
      graphics.dispose();
    }
    if (!ImageIO.write(image, "png", file.toFile())) {
      throw new IOException("this Java writes no PNG");
    }
  }

  private static Color awt(Colour colour) {
    return new Color(colour.red(), colour.green(), colour.blue());
  }

  private static Path2D path(double[] x, double[] y) {
    Path2D path = new Path2D.Double();
    for (int i = 0; i < x.length; i++) {
      if (i == 0) {
        path.moveTo(x[i], y[i]);
      } else {
        path.lineTo(x[i], y[i]);
      }
    }
    return path;
  }

  @Override
  public void polyline(double[] x, double[] y, Colour colour, double width) {
    graphics.setColor(awt(colour));
    graphics.setStroke(
        new BasicStroke((float) width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND));
    graphics.draw(path(x, y));
  }

  @Override
  public void polygon(double[] x, double[] y, Colour colour) {
    graphics.setColor(awt(colour));
    Path2D path = path(x, y);
    path.closePath();
    graphics.fill(path);
  }

  @Override
  public void text(double x, double y, Anchor anchor, double size, String text) {
    graphics.setColor(Color.BLACK);
    graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 1).deriveFont((float) size));
    double width = graphics.getFontMetrics().getStringBounds(text, graphics).getWidth();
    double before =
        switch (anchor) {
          case START -> 0;
          case MIDDLE -> width / 2;
          case END -> width;
        };
    graphics.drawString(text, (float) (x - before), (float) y);
  }

  @Override
  public void textUpwards(double x, double y, double size, String text) {
    AffineTransform upright = graphics.getTransform();
    graphics.translate(x, y);
    graphics.rotate(-Math.PI / 2);
    text(0, 0, Anchor.MIDDLE, size, text);
    graphics.setTransform(upright);
  }
}
