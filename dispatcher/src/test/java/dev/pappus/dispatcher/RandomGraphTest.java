package dev.pappus.dispatcher;

import static dev.pappus.dispatcher.TestNode.outputs;
import static dev.pappus.dispatcher.TestNode.texts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random compositions give what the plainest evaluation gives, whichever results stay in the
 * contexts that made them.
 */
class RandomGraphTest {
  private static final int NODES = 25;
  private static final int GRAPHS_EACH = 20;

  @TempDir Path folder;

  @Test
  void resultsAreThoseOfTheNaiveEvaluation() {
    long seed = Long.getLong("pappus.seed", System.nanoTime());
    Random random = new Random(seed);
    int compared = 0;
    JavaDriver driver = new JavaDriver();
    Random lending = new Random(seed);
    driver.lends =
        () -> {
          synchronized (lending) {
            return lending.nextInt(3) > 0;
          }
        };
    driver.collects = driver.lends;
    try (TestNode node = TestNode.in(folder).driver(driver).engines(3).start()) {
      node.function(
          "mix",
          List.of("a", "b"),
          List.of("x", "y"),
          call -> {
            List<List<Item>> outputs =
                NaiveEvaluator.mix(call.inputs().get(0).items(), call.inputs().get(1).items());
            return List.of(new DataSet("x", outputs.get(0)), new DataSet("y", outputs.get(1)));
          });
      for (int i = 0; i < NODES; i++) {
        NaiveEvaluator naive = new NaiveEvaluator();
        for (int j = 0; j < GRAPHS_EACH; j++) {
          NaiveEvaluator.Graph graph = naive.generate("g%d_%d".formatted(i, j), random);
          node.compositions(naive.text(graph, random));
          compared += compare(node, naive, graph, random, seed);
        }
      }
    }
    assertThat(compared).isGreaterThan(NODES * GRAPHS_EACH / 4);
    assertThat(driver.lent.get()).as("contexts that stayed sealed").isGreaterThan(compared);
    assertThat(driver.collecting.get()).as("contexts that inputs were gathered in").isPositive();
  }

  private static int compare(
      TestNode node, NaiveEvaluator naive, NaiveEvaluator.Graph graph, Random random, long seed) {
    List<Item> a = items(random);
    List<Item> b = items(random);
    List<List<Item>> expected;
    try {
      expected = naive.evaluate(graph, a, b);
    } catch (NaiveEvaluator.TooLarge e) {
      return 0;
    }
    InvocationResult result = node.run(graph.name(), new DataSet("", a), new DataSet("", b));
    List<OutputSet> outputs = outputs(result);
    for (int i = 0; i < 2; i++) {
      assertThat(texts(outputs.get(i).items()))
          .as("output %d of %s, seed %d", i, graph, seed)
          .isEqualTo(texts(expected.get(i)));
    }
    return 1;
  }

  private static List<Item> items(Random random) {
    List<Item> items = new ArrayList<>();
    int count = random.nextInt(5);
    for (int i = 0; i < count; i++) {
      items.add(Item.of("i", Key.of(random.nextInt(3)), new byte[] {(byte) random.nextInt(128)}));
    }
    return items;
  }
}
