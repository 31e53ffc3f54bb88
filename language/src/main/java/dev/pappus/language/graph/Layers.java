package dev.pappus.language.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The slots of a layered drawing, in layers and in order. Slots 0 to n-1 are the graph's nodes, on
 * even layers; the others stand for edges where these pass a layer, so that every edge is a chain
 * of links between neighbouring layers. The last slot of a chain before its target carries the
 * edge's label.
 */
final class Layers {
  private static final int SWEEPS = 16;

  /** For each edge its slots, from source to target. */
  private final List<int[]> chains = new ArrayList<>();

  private final List<List<Integer>> upper = new ArrayList<>();
  private final List<List<Integer>> lower = new ArrayList<>();
  private final List<Integer> layerOf = new ArrayList<>();
  private final int nodes;

  private int[][] order = new int[0][];
  private int[] position = new int[0];
  private int[] indexInUpper = new int[0];
  private int[] indexInLower = new int[0];

  /** The layers of {@code graph}, whose nodes have {@code ranks}. */
  Layers(CompositionGraph graph, int[] ranks) {
    nodes = graph.nodes().size();
    for (int rank : ranks) {
      addSlot(2 * rank);
    }
    for (GraphEdge edge : graph.edges()) {
      chains.add(chain(edge, 2 * ranks[edge.from()], 2 * ranks[edge.to()]));
    }
    arrange();
  }

  /** How many slots the layers would have. */
  static long slots(CompositionGraph graph, int[] ranks) {
    long slots = ranks.length;
    for (GraphEdge edge : graph.edges()) {
      slots += 2L * (ranks[edge.to()] - ranks[edge.from()]) - 1;
    }
    return slots;
  }

  private int addSlot(int layer) {
    layerOf.add(layer);
    upper.add(new ArrayList<>(1));
    lower.add(new ArrayList<>(1));
    return layerOf.size() - 1;
  }

  private int[] chain(GraphEdge edge, int fromLayer, int toLayer) {
    int[] chain = new int[toLayer - fromLayer + 1];
    chain[0] = edge.from();
    for (int i = 1; i < chain.length; i++) {
      chain[i] = i == chain.length - 1 ? edge.to() : addSlot(fromLayer + i);
      lower.get(chain[i - 1]).add(chain[i]);
      upper.get(chain[i]).add(chain[i - 1]);
    }
    return chain;
  }

  /** Number of slots. */
  int size() {
    return layerOf.size();
  }

  boolean isNode(int slot) {
    return slot < nodes;
  }

  /** Number of edges. */
  int edges() {
    return chains.size();
  }

  /** The slots of an edge, from source to target. */
  int[] chain(int edge) {
    return chains.get(edge);
  }

  /** The slots of each layer, left to right. */
  int[][] order() {
    return order;
  }

  /** The left neighbour of {@code slot}, or -1. */
  int left(int slot) {
    return position[slot] == 0 ? -1 : order[layerOf.get(slot)][position[slot] - 1];
  }

  /** The right neighbour of {@code slot}, or -1. */
  int right(int slot) {
    int[] layer = order[layerOf.get(slot)];
    return position[slot] == layer.length - 1 ? -1 : layer[position[slot] + 1];
  }

  /** Linked slots of the layer above, left to right. */
  List<Integer> upper(int slot) {
    return upper.get(slot);
  }

  /** Linked slots of the layer below, left to right. */
  List<Integer> lower(int slot) {
    return lower.get(slot);
  }

  private void arrange() {
    int layers = layerOf.stream().mapToInt(layer -> layer + 1).max().orElse(0);
    List<List<Integer>> initial = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      initial.add(new ArrayList<>());
    }
    for (int slot = 0; slot < size(); slot++) {
      initial.get(layerOf.get(slot)).add(slot);
    }
    order = initial.stream().map(Layers::ints).toArray(int[][]::new);
    position = new int[size()];
    for (int[] layer : order) {
      number(layer);
    }
    int[][] best = copy(order);
    long fewest = crossings();
    for (int sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
      boolean down = sweep % 2 == 0;
      for (int i = 1; i < layers; i++) {
        sort(order[down ? i : layers - 1 - i], down ? upper : lower);
      }
      long crossings = crossings();
      if (crossings < fewest) {
        fewest = crossings;
        best = copy(order);
      }
    }
    order = best;
    for (int[] layer : order) {
      number(layer);
    }
    Comparator<Integer> byPosition = Comparator.comparingInt(slot -> position[slot]);
    upper.forEach(slots -> slots.sort(byPosition));
    lower.forEach(slots -> slots.sort(byPosition));
    numberLinks();
  }

  private void numberLinks() {
    indexInUpper = new int[size()];
    indexInLower = new int[size()];
    for (int node = 0; node < nodes; node++) {
      for (int i = 0; i < lower.get(node).size(); i++) {
        indexInUpper[lower.get(node).get(i)] = i;
      }
      for (int i = 0; i < upper.get(node).size(); i++) {
        indexInLower[upper.get(node).get(i)] = i;
      }
    }
  }

  /** Which of the lower slots of its upper slot {@code slot} is; 0 for a node. */
  int indexInUpper(int slot) {
    return indexInUpper[slot];
  }

  /** Which of the upper slots of its lower slot {@code slot} is; 0 for a node. */
  int indexInLower(int slot) {
    return indexInLower[slot];
  }

  private static int[] ints(List<Integer> slots) {
    return slots.stream().mapToInt(Integer::intValue).toArray();
  }

  private static int[][] copy(int[][] layers) {
    return Arrays.stream(layers).map(int[]::clone).toArray(int[][]::new);
  }

  private void number(int[] layer) {
    for (int i = 0; i < layer.length; i++) {
      position[layer[i]] = i;
    }
  }

  /** By the mean position of the slots linked to on one side; slots without any stay put. */
  private void sort(int[] layer, List<List<Integer>> side) {
    double[] means = new double[layer.length];
    Integer[] places = new Integer[layer.length];
    for (int i = 0; i < layer.length; i++) {
      places[i] = i;
      means[i] = side.get(layer[i]).stream().mapToInt(slot -> position[slot]).average().orElse(i);
    }
    Arrays.sort(places, Comparator.comparingDouble(place -> means[place]));
    int[] old = layer.clone();
    for (int i = 0; i < layer.length; i++) {
      layer[i] = old[places[i]];
    }
    number(layer);
  }

  private long crossings() {
    long sum = 0;
    for (int layer = 0; layer + 1 < order.length; layer++) {
      sum += crossings(order[layer], order[layer + 1].length);
    }
    return sum;
  }

  /** Pairs of links below {@code layer} that cross, counted with a Fenwick tree. */
  private long crossings(int[] layer, int below) {
    int[] tree = new int[below + 1];
    long crossings = 0;
    int seen = 0;
    for (int slot : layer) {
      int[] ends = lower.get(slot).stream().mapToInt(end -> position[end]).sorted().toArray();
      for (int end : ends) {
        crossings += seen - sumTo(tree, end + 1);
      }
      for (int end : ends) {
        for (int i = end + 1; i < tree.length; i += i & -i) {
          tree[i]++;
        }
        seen++;
      }
    }
    return crossings;
  }

  private static int sumTo(int[] tree, int count) {
    int sum = 0;
    for (int i = count; i > 0; i -= i & -i) {
      sum += tree[i];
    }
    return sum;
  }
}
