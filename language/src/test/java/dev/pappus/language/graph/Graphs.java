package dev.pappus.language.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.language.Composition;
import dev.pappus.language.CompositionCompiler;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Compositions to draw and to plan. */
final class Graphs {
  static final String COUNT_EVENTS =
      """
      function make_requests (servers) => (requests);
      function HTTP (requests) => (headers, bodies);
      function count_lines (log, pattern) => (counts);
      function sum (numbers) => (total);
      composition count_events (servers, pattern) => (counts, total) {
          make_requests (servers = all servers) => (to_fetch = requests);
          HTTP (requests = each to_fetch) => (logs = bodies);
          count_lines (log = each logs, pattern = all pattern) => (counts = counts);
          sum (numbers = all counts) => (total = total);
      }
      """;

  static final String RANK =
      """
      function HTTP (requests) => (headers, bodies);
      function plan (query) => (wanted);
      function score (page, weights) => (marks);
      function merge (marks) => (report);
      composition inner_rank (q, m) => (r) {
          plan (query = all q) => (w = wanted);
          score (page = keyed w, weights = keyed m) => (r = marks) by page left weights;
      }
      composition rank (question, model, hints) => (answer, question, extra) {
          merge (marks = all partial) => (answer = report);
          plan (query = all question) => (to_get = wanted);
          HTTP (requests = anyEach to_get) => (pages = bodies, heads = headers);
          score (page = keyed pages, weights = keyed model) => (partial = marks) by page left weights;
          inner_rank (q = optional each hints, m = anyKeyed model) => (extra = r);
      }
      """;

  private static final String[] WORDS = {"all", "each", "keyed", "anyEach", "anyKeyed"};
  private static final String[] JOINS = {"inner", "left", "right", "full", "cross"};

  private Graphs() {}

  /** The last composition of a text without errors. */
  static Composition compile(String text) {
    CompositionCompiler.Compiled compiled = CompositionCompiler.check(text);
    assertThat(compiled.hasErrors()).as("%s%n%s", text, compiled.diagnostics()).isFalse();
    return compiled.compositions().getLast();
  }

  /** The graph of the last composition; HTTP is a communication function. */
  static CompositionGraph graph(String text) {
    Composition composition = compile(text);
    Set<String> others = new HashSet<>();
    CompositionCompiler.check(text).compositions().forEach(each -> others.add(each.name()));
    return CompositionGraph.of(
        composition,
        name ->
            name.equals("HTTP")
                ? CalleeKind.COMMUNICATION
                : others.contains(name) ? CalleeKind.COMPOSITION : CalleeKind.FUNCTION);
  }

  /** A composition of some statements that read earlier sets in every way. */
  static String random(Random random, int statements) {
    List<String> sets = new ArrayList<>(List.of("alpha", "beta", "gamma"));
    List<String> made = new ArrayList<>();
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < statements; i++) {
      int inputs = 1 + random.nextInt(3);
      List<String> reads = new ArrayList<>();
      String word = WORDS[random.nextInt(WORDS.length)];
      boolean join = inputs > 1 && word.endsWith("eyed") && random.nextBoolean();
      for (int j = 0; j < inputs; j++) {
        String set = sets.get(Math.max(0, sets.size() - 1 - random.nextInt(8)));
        String own = join ? word : WORDS[random.nextInt(WORDS.length)];
        String optional = random.nextInt(4) == 0 ? "optional " : "";
        reads.add("abc".charAt(j) + " = " + optional + own + " " + set);
      }
      body.append("    f (").append(String.join(", ", reads)).append(") => (");
      body.append("set_").append(i).append(" = x)");
      if (join) {
        body.append(" by a");
        for (int j = 1; j < inputs; j++) {
          body.append(' ').append(JOINS[random.nextInt(JOINS.length)]);
          body.append(' ').append("abc".charAt(j));
        }
      }
      body.append(";\n");
      sets.add("set_" + i);
      made.add("set_" + i);
    }
    return "function f (a, b, c) => (x, y);\ncomposition c (alpha, beta, gamma) => ("
        + String.join(", ", made.subList(Math.max(0, made.size() - 3), made.size()))
        + ") {\n"
        + body
        + "}\n";
  }
}
