package dev.pappus.language.graph;

import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.util.List;
import java.util.Optional;

/**
 * Where everything of a graph is drawn, in pixels from the upper left corner: data flows down, no
 * two boxes or labels overlap, and edges pass between them.
 *
 * @param graph what is drawn
 * @param boxes for each node its box
 * @param routes for each edge its way
 * @param width of the whole drawing
 * @param height of the whole drawing
 */
public record GraphLayout(
    CompositionGraph graph, List<Box> boxes, List<Route> routes, double width, double height) {
  /** A larger drawing helps nobody, and would take long. */
  public static final int APPLICATIONS_MAX = 500;

  private static final int SLOTS_MAX = 20_000;

  static final int DETAIL_CHARS_MAX = 60;

  private static final double TITLE_CHAR = 8.5;
  private static final double SMALL_CHAR = 7.0;
  private static final double PADDING = 18;
  private static final double PORT_WIDTH = 12;
  private static final double LABEL_HEIGHT = 20;
  private static final double PASS_WIDTH = 4;

  public GraphLayout {
    boxes = List.copyOf(boxes);
    routes = List.copyOf(routes);
  }

  /**
   * A rectangle.
   *
   * @param x of its left side
   * @param y of its upper side
   */
  public record Box(double x, double y, double width, double height) {
    /** Of its vertical middle line. */
    public double centreX() {
      return x + width / 2;
    }

    /** Of its lower side. */
    public double bottom() {
      return y + height;
    }
  }

  /** A place. */
  public record Point(double x, double y) {}

  /**
   * The way of an edge.
   *
   * @param points from the source's lower side to the target's upper side, never upwards
   * @param label where its label stands, if it has one; on the way
   */
  public record Route(List<Point> points, Optional<Box> label) {
    public Route {
      points = List.copyOf(points);
    }
  }

  /**
   * Lays {@code graph} out; the same graph always in the same way.
   *
   * @throws ProblemException TOO_MANY_ITEMS if a drawing would be too large to be of use
   */
  public static GraphLayout of(CompositionGraph graph) {
    int[] ranks = graph.ranks();
    requireDrawable(graph, ranks);
    Layers layers = new Layers(graph, ranks);
    double[] widths = new double[layers.size()];
    double[] heights = new double[layers.size()];
    measure(graph, layers, widths, heights);
    return new Placement(graph, layers, widths, heights).layout();
  }

  private static void requireDrawable(CompositionGraph graph, int[] ranks) {
    long applications =
        graph.nodes().stream().filter(GraphNode.Application.class::isInstance).count();
    if (applications > APPLICATIONS_MAX || Layers.slots(graph, ranks) > SLOTS_MAX) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.TOO_MANY_ITEMS,
                  "a drawing of '%s' with its %d statements and %d edges would be too large;"
                      + " at most %d statements are drawn",
                  graph.name(),
                  applications,
                  graph.edges().size(),
                  APPLICATIONS_MAX)
              .withHint("take the graph as JSON, or split the composition"));
    }
  }

  private static void measure(
      CompositionGraph graph, Layers layers, double[] widths, double[] heights) {
    for (int i = 0; i < graph.nodes().size(); i++) {
      GraphNode node = graph.nodes().get(i);
      Optional<String> detail = detail(node);
      double text =
          Math.max(
              node.title().length() * TITLE_CHAR,
              detail.map(it -> it.length() * SMALL_CHAR).orElse(0.0));
      int ports = 1 + Math.max(layers.upper(i).size(), layers.lower(i).size());
      widths[i] = Math.max(text + 2 * PADDING, ports * PORT_WIDTH);
      boolean application = node instanceof GraphNode.Application;
      heights[i] = application ? (detail.isPresent() ? 52 : 36) : 28;
    }
    for (int slot = graph.nodes().size(); slot < layers.size(); slot++) {
      widths[slot] = PASS_WIDTH;
    }
    for (int i = 0; i < graph.edges().size(); i++) {
      String label = graph.label(graph.edges().get(i));
      if (!label.isEmpty()) {
        int[] chain = layers.chain(i);
        widths[chain[chain.length - 2]] = label.length() * SMALL_CHAR + 14;
        heights[chain[chain.length - 2]] = LABEL_HEIGHT;
      }
    }
  }

  /** The second line in a node's box: how its sets are joined, shortened. */
  static Optional<String> detail(GraphNode node) {
    return switch (node) {
      case GraphNode.Input _, GraphNode.Output _ -> Optional.empty();
      case GraphNode.Application application ->
          application
              .join()
              .map(join -> "by " + join)
              .map(text ->
                  text.length() <= DETAIL_CHARS_MAX
                      ? text
                      : text.substring(0, DETAIL_CHARS_MAX - 1) + "…");
    };
  }
}
