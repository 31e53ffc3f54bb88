package dev.pappus.server.api;

import dev.pappus.language.graph.CompositionGraph;
import dev.pappus.language.graph.GraphEdge;
import dev.pappus.language.graph.GraphNode;
import tools.jackson.core.JsonGenerator;

/** Graphs of compositions as JSON; docs/graph.md has the schema. */
public final class GraphJson {
  private GraphJson() {}

  /** The document of {@code graph}, in UTF-8. */
  public static byte[] document(CompositionGraph graph) {
    return Json.object(json -> {
      json.writeStringProperty("name", graph.name());
      int[] ranks = graph.ranks();
      json.writeName("nodes");
      json.writeStartArray();
      for (int i = 0; i < ranks.length; i++) {
        json.writeStartObject();
        node(json, graph.nodes().get(i), ranks[i]);
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeName("edges");
      json.writeStartArray();
      for (GraphEdge edge : graph.edges()) {
        json.writeStartObject();
        edge(json, graph, edge);
        json.writeEndObject();
      }
      json.writeEndArray();
    });
  }

  private static void node(JsonGenerator json, GraphNode node, int rank) {
    json.writeStringProperty("id", node.id());
    switch (node) {
      case GraphNode.Input input -> {
        json.writeStringProperty("type", "input");
        json.writeStringProperty("set", input.set());
      }
      case GraphNode.Output output -> {
        json.writeStringProperty("type", "output");
        json.writeStringProperty("set", output.set());
      }
      case GraphNode.Application application -> application(json, application);
    }
    json.writeNumberProperty("rank", rank);
  }

  private static void application(JsonGenerator json, GraphNode.Application application) {
    json.writeStringProperty("type", "application");
    json.writeNumberProperty("index", application.index());
    json.writeStringProperty("callee", application.callee());
    json.writeStringProperty("kind", application.kind().text());
    json.writeNumberProperty("line", application.line());
    Json.optional(json, "join", application.join().orElse(null));
    json.writeName("outputs");
    json.writeStartArray();
    for (GraphNode.Made made : application.outputs()) {
      json.writeStartObject();
      json.writeStringProperty("set", made.set());
      json.writeStringProperty("output", made.output());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void edge(JsonGenerator json, CompositionGraph graph, GraphEdge edge) {
    json.writeStringProperty("from", graph.nodes().get(edge.from()).id());
    json.writeStringProperty("to", graph.nodes().get(edge.to()).id());
    json.writeStringProperty("set", edge.set());
    edge.use()
        .ifPresent(use -> {
          json.writeStringProperty("parameter", use.parameter());
          json.writeStringProperty("sharding", use.sharding().keyword());
          json.writeBooleanProperty("optional", use.optional());
        });
  }
}
