package dev.pappus.dispatcher;

import dev.pappus.model.Item;
import dev.pappus.model.Key;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Random compositions, and what they mean by the plainest reading of dandelion.md 1.4 to 1.6: one
 * application after the other, no queues, no threads.
 */
final class NaiveEvaluator {
  /** More instances than a test should run. */
  static final class TooLarge extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private static final int INSTANCES_MAX = 400;

  /** A use of set {@code set}; {@code sharding} as in the language. */
  record Use(String set, String sharding, boolean optional) {}

  /** {@code callee} applied to at most two sets, producing two. */
  record Statement(
      String callee, @Nullable Use a, @Nullable Use b, String outputX, String outputY) {}

  /** A composition of two inputs and two outputs. */
  record Graph(String name, List<Statement> statements, String outputX, String outputY) {}

  private final Map<String, Graph> graphs = new HashMap<>();
  private int instances;

  /** A random graph that may use those generated before. */
  Graph generate(String name, Random random) {
    List<String> sets = new ArrayList<>(List.of("A", "B"));
    List<Statement> statements = new ArrayList<>();
    List<String> callees = new ArrayList<>(List.of("mix", "mix", "mix"));
    callees.addAll(graphs.keySet().stream().sorted().toList());
    int count = 1 + random.nextInt(9);
    for (int i = 0; i < count; i++) {
      Use a = random.nextInt(8) == 0 ? null : use(sets, random);
      Use b = random.nextInt(3) == 0 ? null : use(sets, random);
      String x = "x" + i;
      String y = "y" + i;
      statements.add(new Statement(callees.get(random.nextInt(callees.size())), a, b, x, y));
      sets.add(x);
      sets.add(y);
    }
    Graph graph = new Graph(name, statements, "x" + (count - 1), "y" + random.nextInt(count));
    graphs.put(name, graph);
    return graph;
  }

  private static Use use(List<String> sets, Random random) {
    String sharding = List.of("all", "all", "each", "keyed").get(random.nextInt(4));
    // What was made last is often read, and seldom by several: such results can be gathered.
    int from = random.nextInt(3) > 0 ? sets.size() - 2 : 0;
    String set = sets.get(from + random.nextInt(sets.size() - from));
    return new Use(set, sharding, random.nextInt(3) == 0);
  }

  /** The text of a graph, its statements in any order. */
  String text(Graph graph, Random random) {
    StringBuilder text = new StringBuilder("function mix (a, b) => (x, y);\n");
    for (String other : graphs.keySet()) {
      if (!other.equals(graph.name())
          && graph.statements().stream().anyMatch(s -> s.callee().equals(other))) {
        text.append("function %s (A, B) => (%s);\n".formatted(other, outputs(other)));
      }
    }
    text.append("composition %s (A, B) => (%s) {\n".formatted(graph.name(), outputs(graph.name())));
    List<Statement> statements = new ArrayList<>(graph.statements());
    java.util.Collections.shuffle(statements, random);
    for (Statement each : statements) {
      boolean function = each.callee().equals("mix");
      List<String> inputs = new ArrayList<>();
      input(inputs, function ? "a" : "A", each.a());
      input(inputs, function ? "b" : "B", each.b());
      String[] names = function ? new String[] {"x", "y"} : outputs(each.callee()).split(", ", -1);
      String x = each.outputX() + " = " + names[0];
      String y = each.outputY() + " = " + names[1];
      boolean onlyX = !isRead(graph, each.outputY()) && random.nextBoolean();
      String outputs = onlyX ? x : !isRead(graph, each.outputX()) ? y : x + ", " + y;
      text.append(
          "%s (%s) => (%s);\n".formatted(each.callee(), String.join(", ", inputs), outputs));
    }
    return text.append("}\n").toString();
  }

  private static boolean isRead(Graph graph, String set) {
    return set.equals(graph.outputX())
        || set.equals(graph.outputY())
        || graph.statements().stream()
            .anyMatch(each -> reads(each.a(), set) || reads(each.b(), set));
  }

  private static boolean reads(@Nullable Use use, String set) {
    return use != null && use.set().equals(set);
  }

  private String outputs(String name) {
    Graph graph = java.util.Objects.requireNonNull(graphs.get(name));
    return graph.outputX() + ", " + graph.outputY();
  }

  private static void input(List<String> into, String parameter, @Nullable Use use) {
    if (use != null) {
      into.add(
          "%s = %s%s %s"
              .formatted(parameter, use.optional() ? "optional " : "", use.sharding(), use.set()));
    }
  }

  /** Both outputs of {@code graph}. */
  List<List<Item>> evaluate(Graph graph, List<Item> a, List<Item> b) {
    Map<String, List<Item>> sets = new HashMap<>();
    sets.put("A", sorted(a));
    sets.put("B", sorted(b));
    for (Statement each : graph.statements()) {
      List<List<Item>> outputs = apply(each, sets);
      sets.put(each.outputX(), outputs.get(0));
      sets.put(each.outputY(), outputs.get(1));
    }
    return List.of(
        sets.getOrDefault(graph.outputX(), List.of()),
        sets.getOrDefault(graph.outputY(), List.of()));
  }

  private List<List<Item>> apply(Statement statement, Map<String, List<Item>> sets) {
    List<Item> x = new ArrayList<>();
    List<Item> y = new ArrayList<>();
    List<Item> a = itemsOf(statement.a(), sets);
    List<Item> b = itemsOf(statement.b(), sets);
    if (mustSkip(statement.a(), a) || mustSkip(statement.b(), b)) {
      return List.of(x, y);
    }
    List<List<Item>> partsA = parts(statement.a(), a);
    List<List<Item>> partsB = parts(statement.b(), b);
    boolean keyedB = statement.b() != null && statement.b().sharding().equals("keyed");
    boolean keyedA = statement.a() != null && statement.a().sharding().equals("keyed");
    boolean swapped = keyedB && !keyedA && !b.isEmpty();
    for (List<Item> slow : swapped ? partsB : partsA) {
      for (List<Item> fast : swapped ? partsA : partsB) {
        if (++instances > INSTANCES_MAX) {
          throw new TooLarge();
        }
        List<Item> left = swapped ? fast : slow;
        List<Item> right = swapped ? slow : fast;
        Graph nested = graphs.get(statement.callee());
        List<List<Item>> outputs =
            nested == null ? mix(left, right) : evaluate(nested, left, right);
        x.addAll(outputs.get(0));
        y.addAll(outputs.get(1));
      }
    }
    return List.of(sorted(x), sorted(y));
  }

  private static List<Item> itemsOf(@Nullable Use use, Map<String, List<Item>> sets) {
    return use == null ? List.of() : sets.getOrDefault(use.set(), List.of());
  }

  private static boolean mustSkip(@Nullable Use use, List<Item> items) {
    return use != null && !use.optional() && items.isEmpty();
  }

  private static List<List<Item>> parts(@Nullable Use use, List<Item> items) {
    if (use == null || items.isEmpty() || use.sharding().equals("all")) {
      return List.of(items);
    }
    List<List<Item>> parts = new ArrayList<>();
    for (Item item : items) {
      boolean joinsLast =
          use.sharding().equals("keyed")
              && !parts.isEmpty()
              && parts.getLast().getFirst().key().equals(item.key());
      if (!joinsLast) {
        parts.add(new ArrayList<>());
      }
      parts.getLast().add(item);
    }
    return parts;
  }

  private static List<Item> sorted(List<Item> items) {
    return items.stream().sorted(Comparator.comparing(Item::key)).toList();
  }

  /** What the function {@code mix} does: at most three items for x, at most one for y. */
  static List<List<Item>> mix(List<Item> a, List<Item> b) {
    int hash = 17;
    for (Item item : a) {
      hash = hash * 31 + item.text().hashCode() + item.key().bits();
    }
    for (Item item : b) {
      hash = hash * 37 + item.text().hashCode() * 7 + item.key().bits();
    }
    List<Item> x = new ArrayList<>();
    for (int i = 0; i < Math.floorMod(hash, 4); i++) {
      x.add(TestNode.item("x", Math.floorMod(hash >> i, 3), hash + "." + i));
    }
    List<Item> y =
        Math.floorMod(hash, 3) == 0
            ? List.of()
            : List.of(Item.of("y", Key.of(Math.floorMod(hash, 5)), new byte[] {(byte) hash}));
    return List.of(x, y);
  }
}
