package dev.pappus.language.graph;

import dev.pappus.language.graph.GraphLayout.Box;
import dev.pappus.language.graph.GraphLayout.Point;
import dev.pappus.language.graph.GraphLayout.Route;
import java.util.List;
import java.util.Optional;

/**
 * Graphs as SVG: one self-contained document without scripts, in the colours that the reader
 * prefers.
 */
public final class SvgGraph {
  private static final String STYLE =
      """
      .pg{font-family:"DejaVu Sans Mono",ui-monospace,Menlo,Consolas,monospace;font-size:13px;\
      text-anchor:middle}
      .pg .back{fill:#fff}.pg text{fill:#1f2933}.pg .small{font-size:11px}
      .pg .function{fill:#e8f0fe;stroke:#3566b8}.pg .composition{fill:#f0eafd;stroke:#6b4bb5}
      .pg .communication{fill:#fff0dc;stroke:#b56a10}.pg .end{fill:#eef1f4;stroke:#66727f}
      .pg .box{stroke-width:1.4}.pg .inner{fill:none}
      .pg .edge{fill:none;stroke-width:1.5}.pg .label{stroke-width:1}
      .pg .all{stroke:#52606d}.pg .each{stroke:#1d6fb8;stroke-dasharray:5 3}
      .pg .keyed{stroke:#8a3fa8;stroke-dasharray:9 3 2 3}
      .pg .anyEach{stroke:#0f7f78;stroke-dasharray:1.5 3}
      .pg .anyKeyed{stroke:#a8581a;stroke-dasharray:1.5 3 5 3}
      .pg rect.label{fill:#fff;stroke-dasharray:none}.pg rect.optional{stroke-dasharray:2 2}
      .pg .tip{fill:#52606d;stroke:none}
      @media (prefers-color-scheme:dark){.pg .back{fill:#12171d}.pg text{fill:#e4e9ee}
      .pg .function{fill:#1b2b47;stroke:#7fa8ef}.pg .composition{fill:#2b2146;stroke:#b39cf0}
      .pg .communication{fill:#3d2a10;stroke:#e9a850}.pg .end{fill:#222a33;stroke:#95a2af}
      .pg .all{stroke:#a9b4bf}.pg .each{stroke:#6cb4f0}.pg .keyed{stroke:#cf97e6}
      .pg .anyEach{stroke:#58c9c1}.pg .anyKeyed{stroke:#e2a06a}
      .pg rect.label{fill:#12171d}.pg .tip{fill:#a9b4bf}}
      """;

  private final GraphLayout layout;
  private final CompositionGraph graph;
  private final StringBuilder svg = new StringBuilder(4096);

  private SvgGraph(GraphLayout layout) {
    this.layout = layout;
    this.graph = layout.graph();
  }

  /**
   * The drawing of {@code graph}; same graph, same text.
   *
   * @throws dev.pappus.model.ProblemException TOO_MANY_ITEMS if it would be too large
   */
  public static String draw(CompositionGraph graph) {
    return new SvgGraph(GraphLayout.of(graph)).draw();
  }

  private String draw() {
    String width = number(layout.width());
    String height = number(layout.height());
    svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" class=\"pg\"")
        .append(" aria-labelledby=\"pg-title pg-desc\" width=\"" + width)
        .append("\" height=\"" + height)
        .append("\" viewBox=\"0 0 " + width + " " + height + "\">\n")
        .append("<title id=\"pg-title\">composition " + escaped(graph.name()) + "</title>\n")
        .append("<desc id=\"pg-desc\">" + escaped(description()) + "</desc>\n")
        .append("<style>\n" + STYLE + "</style>\n")
        .append("<defs><marker id=\"pg-tip\" viewBox=\"0 0 8 8\" refX=\"7.5\" refY=\"4\"")
        .append(" markerWidth=\"8\" markerHeight=\"8\" markerUnits=\"userSpaceOnUse\"")
        .append(" orient=\"auto\"><path class=\"tip\" d=\"M0 0L8 4L0 8z\"/></marker></defs>\n")
        .append("<rect class=\"back\" width=\"" + width + "\" height=\"" + height + "\"/>\n");
    for (int i = 0; i < graph.edges().size(); i++) {
      edge(graph.edges().get(i), layout.routes().get(i));
    }
    for (int i = 0; i < graph.nodes().size(); i++) {
      node(graph.nodes().get(i), layout.boxes().get(i));
    }
    return svg.append("</svg>\n").toString();
  }

  private String description() {
    StringBuilder text = new StringBuilder();
    for (GraphEdge edge : graph.edges()) {
      text.append(text.isEmpty() ? "" : "; ").append(sentence(edge));
    }
    return text.toString();
  }

  private String sentence(GraphEdge edge) {
    String from = graph.nodes().get(edge.from()).title();
    String to = graph.nodes().get(edge.to()).title();
    return switch (graph.nodes().get(edge.to())) {
      case GraphNode.Input _, GraphNode.Output _ -> from + " gives " + to;
      case GraphNode.Application _ ->
          to
              + ": "
              + edge.use().map(use -> use.parameter() + " = " + use.words() + " ").orElse("")
              + edge.set()
              + (graph.nodes().get(edge.from()) instanceof GraphNode.Input ? "" : " of " + from);
    };
  }

  private void edge(GraphEdge edge, Route route) {
    String sharding = edge.use().map(use -> use.sharding().keyword()).orElse("all");
    svg.append("<g><title>" + escaped(sentence(edge)) + "</title>")
        .append("<path class=\"edge " + sharding + "\" marker-end=\"url(#pg-tip)\" d=\"");
    List<Point> points = route.points();
    Point last = points.getFirst();
    svg.append('M').append(at(last));
    for (Point point : points.subList(1, points.size())) {
      if (point.x() == last.x()) {
        svg.append('V').append(number(point.y()));
      } else {
        double middle = (last.y() + point.y()) / 2;
        svg.append('C').append(at(new Point(last.x(), middle))).append(' ');
        svg.append(at(new Point(point.x(), middle))).append(' ').append(at(point));
      }
      last = point;
    }
    svg.append("\"/>");
    route.label().ifPresent(box -> label(edge, sharding, box));
    svg.append("</g>\n");
  }

  private void label(GraphEdge edge, String sharding, Box box) {
    boolean optional = edge.use().map(GraphEdge.Use::optional).orElse(false);
    rectangle("label " + sharding + (optional ? " optional" : ""), box, box.height() / 2);
    text("small", box.centreX(), box.y() + 14, graph.label(edge));
  }

  private void node(GraphNode node, Box box) {
    svg.append("<g><title>" + escaped(hover(node)) + "</title>");
    switch (node) {
      case GraphNode.Input _, GraphNode.Output _ -> {
        rectangle("box end", box, box.height() / 2);
        text("", box.centreX(), box.y() + box.height() / 2 + 4.5, node.title());
      }
      case GraphNode.Application application -> {
        shape(application, box);
        Optional<String> detail = GraphLayout.detail(application);
        double middle = box.y() + box.height() / 2;
        text("", box.centreX(), detail.isPresent() ? middle - 5 : middle + 4.5, node.title());
        detail.ifPresent(it -> text("small", box.centreX(), middle + 14, it));
      }
    }
    svg.append("</g>\n");
  }

  private static String hover(GraphNode node) {
    return switch (node) {
      case GraphNode.Input input -> "input " + input.set();
      case GraphNode.Output output -> "output " + output.set();
      case GraphNode.Application application -> {
        StringBuilder text = new StringBuilder();
        text.append(application.kind().text() + " " + application.callee());
        text.append(", line " + application.line());
        application.join().ifPresent(join -> text.append(", by " + join));
        application.outputs().forEach(it -> text.append(", " + it.set() + " = " + it.output()));
        yield text.toString();
      }
    };
  }

  private void shape(GraphNode.Application application, Box box) {
    String style = application.kind().text();
    switch (application.kind()) {
      case FUNCTION -> rectangle("box " + style, box, 5);
      case COMPOSITION -> {
        rectangle("box " + style, box, 5);
        Box inner = new Box(box.x() + 3.5, box.y() + 3.5, box.width() - 7, box.height() - 7);
        rectangle("inner " + style, inner, 3);
      }
      case COMMUNICATION -> {
        double tip = Math.min(10, box.width() / 4);
        double middle = box.y() + box.height() / 2;
        svg.append("<path class=\"box " + style + "\" d=\"M" + at(new Point(box.x(), middle)));
        svg.append('L').append(at(new Point(box.x() + tip, box.y())));
        svg.append('H').append(number(box.x() + box.width() - tip));
        svg.append('L').append(at(new Point(box.x() + box.width(), middle)));
        svg.append('L').append(at(new Point(box.x() + box.width() - tip, box.bottom())));
        svg.append('H').append(number(box.x() + tip)).append("z\"/>");
      }
    }
  }

  private void rectangle(String style, Box box, double radius) {
    svg.append("<rect class=\"" + style + "\" x=\"" + number(box.x()) + "\" y=\"" + number(box.y()))
        .append("\" width=\"" + number(box.width()) + "\" height=\"" + number(box.height()))
        .append("\" rx=\"" + number(radius) + "\"/>");
  }

  private void text(String style, double x, double y, String text) {
    svg.append("<text" + (style.isEmpty() ? "" : " class=\"" + style + "\""))
        .append(" x=\"" + number(x) + "\" y=\"" + number(y) + "\">" + escaped(text) + "</text>");
  }

  private static String at(Point point) {
    return number(point.x()) + " " + number(point.y());
  }

  private static String number(double value) {
    double tenths = Math.round(value * 10) / 10.0;
    return tenths == Math.rint(tenths) ? Long.toString((long) tenths) : Double.toString(tenths);
  }

  /** Names are identifiers; whatever else came here stays text. */
  private static String escaped(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> safe.append("&amp;");
        case '<' -> safe.append("&lt;");
        case '>' -> safe.append("&gt;");
        case '"' -> safe.append("&quot;");
        case '\'' -> safe.append("&#39;");
        default -> safe.append(c < ' ' || Character.isSurrogate(c) || c > 0xFFFD ? '\uFFFD' : c);
      }
    }
    return safe.toString();
  }
}
