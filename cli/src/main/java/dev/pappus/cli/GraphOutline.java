package dev.pappus.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Graphs and plans for a terminal, from the documents of docs/graph.md. */
final class GraphOutline {
  private GraphOutline() {}

  /** The statements in the order in which data flows; those of one step may run together. */
  static String of(JsonObject graph) {
    List<JsonObject> nodes = graph.objects("nodes");
    Map<String, List<String>> reads = new HashMap<>();
    List<String> inputs = new ArrayList<>();
    List<String> outputs = new ArrayList<>();
    for (JsonObject edge : graph.objects("edges")) {
      reads.computeIfAbsent(edge.text("to", ""), _ -> new ArrayList<>()).add(use(edge));
    }
    List<JsonObject> statements = new ArrayList<>();
    for (JsonObject each : nodes) {
      switch (each.text("type", "")) {
        case "input" -> inputs.add(each.text("set", "?"));
        case "output" -> outputs.add(each.text("set", "?"));
        default -> statements.add(each);
      }
    }
    statements.sort(
        Comparator.comparingLong((JsonObject each) -> each.integer("rank"))
            .thenComparingLong(each -> each.integer("index")));
    TextTable table = new TextTable(">STEP", "STATEMENT", "KIND", "READS", "MAKES");
    for (JsonObject each : statements) {
      List<String> made = each.objects("outputs").stream().map(it -> it.text("set", "?")).toList();
      String join = each.text("join", "");
      table.row(
          Long.toString(each.integer("rank")),
          each.text("callee", "?"),
          each.text("kind", "?"),
          String.join(", ", reads.getOrDefault(each.text("id", ""), List.of()))
              + (join.isEmpty() ? "" : " by " + join),
          String.join(", ", made));
    }
    return "composition %s (%s) => (%s)%n%n%s"
        .formatted(
            graph.text("name", "?"), String.join(", ", inputs), String.join(", ", outputs), table);
  }

  private static String use(JsonObject edge) {
    boolean optional = Objects.equals(edge.fields().get("optional"), true);
    return (optional ? "optional " : "") + edge.text("sharding", "") + " " + edge.text("set", "?");
  }

  /** How many instances each statement would start, and why. */
  static String ofPlan(JsonObject plan) {
    TextTable table = new TextTable(">#", "STATEMENT", ">INSTANCES", "RULE");
    for (JsonObject each : plan.objects("applications")) {
      table.row(
          Long.toString(each.integer("index")),
          each.text("callee", "?"),
          instances(each),
          each.text("rule", ""));
    }
    table.row("", "all", instances(plan), "");
    String warning =
        Objects.equals(plan.fields().get("exceedsLimit"), true)
            ? "%nmore than the %d instances that an invocation may start%n"
                .formatted(plan.integer("instancesMax"))
            : "";
    return table + warning;
  }

  /** {@code 3}, {@code 0..1}, or {@code 2..} where there is no bound yet. */
  private static String instances(JsonObject counts) {
    long least = counts.integer("least");
    if (counts.number("most") == null) {
      return least + "..";
    }
    long most = counts.integer("most");
    return least == most ? Long.toString(least) : least + ".." + most;
  }
}
