package dev.pappus.language.graph;

import dev.pappus.language.Application;
import dev.pappus.language.Composition;
import dev.pappus.language.Join;
import dev.pappus.language.SetUse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * A composition as nodes and edges, with the names that people know. Acyclic; every edge leads from
 * an input or an application to an application or an output.
 *
 * @param name the composition's name
 * @param nodes inputs, then applications in text order, then outputs
 * @param edges by their target, then by the target's inputs in order
 */
public record CompositionGraph(String name, List<GraphNode> nodes, List<GraphEdge> edges) {
  public CompositionGraph {
    nodes = List.copyOf(nodes);
    edges = List.copyOf(edges);
  }

  /**
   * The graph of {@code composition}; linear in the size of its text.
   *
   * @param kindOf what a callee is
   */
  public static CompositionGraph of(Composition composition, Function<String, CalleeKind> kindOf) {
    int inputs = composition.signature().inputs().size();
    List<GraphNode> nodes = new ArrayList<>();
    List<GraphEdge> edges = new ArrayList<>();
    int[] makers = new int[composition.setNames().size()];
    Arrays.fill(makers, -1);
    for (int i = 0; i < inputs; i++) {
      makers[i] = nodes.size();
      nodes.add(new GraphNode.Input("in" + i, composition.setNames().get(i)));
    }
    for (Application application : composition.applications()) {
      application.outputs().forEach(set -> set.ifPresent(it -> makers[it] = nodes.size()));
      nodes.add(node(composition, application, kindOf.apply(application.callee())));
    }
    for (Application application : composition.applications()) {
      addInputs(composition, application, inputs + application.index(), makers, edges);
    }
    for (int i = 0; i < composition.outputs().size(); i++) {
      int set = composition.outputs().get(i);
      String name = composition.setNames().get(set);
      edges.add(new GraphEdge(makers[set], nodes.size(), name, Optional.empty()));
      nodes.add(new GraphNode.Output("out" + i, name));
    }
    return new CompositionGraph(composition.name(), nodes, edges);
  }

  private static GraphNode node(Composition composition, Application application, CalleeKind kind) {
    List<GraphNode.Made> outputs = new ArrayList<>();
    for (int i = 0; i < application.outputs().size(); i++) {
      OptionalInt set = application.outputs().get(i);
      if (set.isPresent()) {
        outputs.add(
            new GraphNode.Made(
                composition.setNames().get(set.getAsInt()),
                application.signature().outputs().get(i)));
      }
    }
    return new GraphNode.Application(
        "app" + application.index(),
        application.index(),
        application.callee(),
        kind,
        application.join().map(join -> text(application, join)),
        application.line(),
        outputs);
  }

  private static String text(Application application, Join join) {
    List<String> parameters = application.signature().inputs();
    StringBuilder text = new StringBuilder(parameters.get(join.first()));
    for (Join.Step step : join.steps()) {
      text.append(' ').append(step.kind().keyword()).append(' ');
      text.append(parameters.get(step.parameter()));
    }
    return text.toString();
  }

  private static void addInputs(
      Composition composition,
      Application application,
      int node,
      int[] makers,
      List<GraphEdge> edges) {
    for (int i = 0; i < application.inputs().size(); i++) {
      Optional<SetUse> use = application.inputs().get(i);
      if (use.isPresent()) {
        int set = use.get().set();
        edges.add(
            new GraphEdge(
                makers[set],
                node,
                composition.setNames().get(set),
                Optional.of(
                    new GraphEdge.Use(
                        application.signature().inputs().get(i),
                        use.get().sharding(),
                        use.get().optional()))));
      }
    }
  }

  /**
   * What a picture writes on an edge: the words, and the set where its source does not show it.
   * Empty for an edge to an output, which shows the set itself.
   */
  public String label(GraphEdge edge) {
    return edge.use()
        .map(use ->
            nodes.get(edge.from()) instanceof GraphNode.Input
                ? use.words()
                : use.words() + " " + edge.set())
        .orElse("");
  }

  /**
   * For each node the length of the longest path to it, from 0; inputs as late as their readers
   * allow, so that edges are short.
   */
  public int[] ranks() {
    List<List<GraphEdge>> out = new ArrayList<>();
    nodes.forEach(node -> out.add(new ArrayList<>(2)));
    int[] waits = new int[nodes.size()];
    for (GraphEdge edge : edges) {
      out.get(edge.from()).add(edge);
      waits[edge.to()]++;
    }
    int[] ranks = new int[nodes.size()];
    int[] ready = new int[nodes.size()];
    int count = 0;
    for (int node = 0; node < waits.length; node++) {
      if (waits[node] == 0) {
        ranks[node] = nodes.get(node) instanceof GraphNode.Input ? 0 : 1;
        ready[count++] = node;
      }
    }
    for (int at = 0; at < count; at++) {
      for (GraphEdge edge : out.get(ready[at])) {
        ranks[edge.to()] = Math.max(ranks[edge.to()], ranks[edge.from()] + 1);
        if (--waits[edge.to()] == 0) {
          ready[count++] = edge.to();
        }
      }
    }
    for (int node = 0; node < ranks.length; node++) {
      if (nodes.get(node) instanceof GraphNode.Input) {
        ranks[node] = out.get(node).stream().mapToInt(e -> ranks[e.to()] - 1).min().orElse(0);
      }
    }
    return ranks;
  }
}
