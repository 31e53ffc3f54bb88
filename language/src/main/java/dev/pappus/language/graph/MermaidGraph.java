package dev.pappus.language.graph;

/** Graphs as Mermaid flowcharts, for documents that draw them. */
public final class MermaidGraph {
  private MermaidGraph() {}

  /** The flowchart of {@code graph}; same graph, same text. */
  public static String draw(CompositionGraph graph) {
    StringBuilder text = new StringBuilder("flowchart TD\n");
    for (GraphNode node : graph.nodes()) {
      text.append("    ").append(node.id()).append(shape(node)).append('\n');
    }
    for (GraphEdge edge : graph.edges()) {
      text.append("    ").append(graph.nodes().get(edge.from()).id());
      text.append(' ').append(arrow(edge));
      String label = graph.label(edge);
      if (!label.isEmpty()) {
        text.append('|').append(quoted(label)).append('|');
      }
      text.append(' ').append(graph.nodes().get(edge.to()).id()).append('\n');
    }
    return text.toString();
  }

  private static String shape(GraphNode node) {
    return switch (node) {
      case GraphNode.Input input -> "([" + quoted(input.title()) + "])";
      case GraphNode.Output output -> "([" + quoted(output.title()) + "])";
      case GraphNode.Application application -> {
        String label =
            application.title() + application.join().map(join -> "<br>by " + join).orElse("");
        yield switch (application.kind()) {
          case FUNCTION -> "[" + quoted(label) + "]";
          case COMPOSITION -> "[[" + quoted(label) + "]]";
          case COMMUNICATION -> "{{" + quoted(label) + "}}";
        };
      }
    };
  }

  private static String arrow(GraphEdge edge) {
    return edge.use()
        .map(use ->
            switch (use.sharding()) {
              case ALL -> "-->";
              case EACH, ANY_EACH -> "-.->";
              case KEYED, ANY_KEYED -> "==>";
            })
        .orElse("-->");
  }

  /** Names are identifiers; whatever else came here cannot end its quotes or become markup. */
  private static String quoted(String label) {
    StringBuilder safe = new StringBuilder("\"");
    for (String line : label.split("<br>", -1)) {
      safe.append(safe.length() == 1 ? "" : "<br>");
      for (int i = 0; i < line.length(); i++) {
        char c = line.charAt(i);
        boolean plain = Character.isLetterOrDigit(c) || c == '_' || c == ' ';
        safe.append(plain ? String.valueOf(c) : "#" + (int) c + ";");
      }
    }
    return safe.append('"').toString();
  }
}
