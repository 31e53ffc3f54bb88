package dev.pappus.language.graph;

import java.util.Arrays;
import java.util.List;

/**
 * Horizontal places of slots. Each layer in turn is put as close as its order and the widths allow
 * (in least squares) to where the layers beside it want its slots; long chains pull hardest, so
 * that they are straight.
 */
final class Columns {
  private static final int ROUNDS = 24;
  private static final double NODE_GAP = 30;
  private static final double SLOT_GAP = 16;
  private static final double PORT_GAP = 30;
  private static final double SNAP = 9;

  private final Layers layers;
  private final double[] widths;
  private final double[] centres;

  /**
   * Places for {@code layers}.
   *
   * @param widths width of each slot
   */
  Columns(Layers layers, double[] widths) {
    this.layers = layers;
    this.widths = widths;
    centres = new double[widths.length];
    for (int[] layer : layers.order()) {
      double[] offsets = offsets(layer);
      double middle = layer.length == 0 ? 0 : offsets[layer.length - 1] / 2;
      for (int i = 0; i < layer.length; i++) {
        centres[layer[i]] = offsets[i] - middle;
      }
    }
    int count = layers.order().length;
    for (int round = 0; round < ROUNDS; round++) {
      boolean both = round >= ROUNDS / 2;
      for (int i = 0; i < count; i++) {
        place(layers.order()[i], true, both);
      }
      for (int i = count - 1; i >= 0; i--) {
        place(layers.order()[i], both, true);
      }
    }
    for (int round = 0; round < 3; round++) {
      for (int edge = 0; edge < layers.edges(); edge++) {
        straighten(layers.chain(edge));
      }
    }
  }

  /** Puts as many slots of a chain below each other as their neighbours leave room for. */
  private void straighten(int[] chain) {
    int start = 1;
    while (start < chain.length - 1) {
      double from = Double.NEGATIVE_INFINITY;
      double to = Double.POSITIVE_INFINITY;
      double sum = 0;
      int end = start;
      while (end < chain.length - 1
          && Math.max(from, leftmost(chain[end])) <= Math.min(to, rightmost(chain[end]))) {
        from = Math.max(from, leftmost(chain[end]));
        to = Math.min(to, rightmost(chain[end]));
        sum += centres[chain[end]];
        end++;
      }
      for (int i = start; i < end; i++) {
        centres[chain[i]] = Math.clamp(sum / (end - start), from, to);
      }
      start = Math.max(end, start + 1);
    }
  }

  private double leftmost(int slot) {
    int left = layers.left(slot);
    return left < 0 ? Double.NEGATIVE_INFINITY : centres[left] + distance(left, slot);
  }

  private double rightmost(int slot) {
    int right = layers.right(slot);
    return right < 0 ? Double.POSITIVE_INFINITY : centres[right] - distance(slot, right);
  }

  /** The least distance of the centres of two neighbours. */
  private double distance(int left, int right) {
    double gap = layers.isNode(left) && layers.isNode(right) ? NODE_GAP : SLOT_GAP;
    return widths[left] / 2 + gap + widths[right] / 2;
  }

  /** Centre of each slot; may be negative. */
  double[] centres() {
    return centres;
  }

  /** Where an edge leaves its source, straight above {@code next} if that is nearly below. */
  double leaves(int from, int next) {
    double port = lowerPort(from, layers.indexInUpper(next));
    return snapped(port, centres[next], portGap(from, layers.lower(from).size()));
  }

  /** Where an edge meets its target, straight below {@code previous} if that is nearly above. */
  double meets(int to, int previous) {
    double port = upperPort(to, layers.indexInLower(previous));
    return snapped(port, centres[previous], portGap(to, layers.upper(to).size()));
  }

  private static double snapped(double port, double centre, double gap) {
    return Math.abs(port - centre) <= Math.min(SNAP, gap / 3) ? centre : port;
  }

  private double lowerPort(int slot, int index) {
    return port(slot, index, layers.lower(slot).size());
  }

  private double upperPort(int slot, int index) {
    return port(slot, index, layers.upper(slot).size());
  }

  private double port(int slot, int index, int count) {
    return centres[slot] + (index - (count - 1) / 2.0) * portGap(slot, count);
  }

  private double portGap(int slot, int count) {
    return Math.min(PORT_GAP, widths[slot] / (count + 1));
  }

  private double[] offsets(int[] layer) {
    double[] offsets = new double[layer.length];
    for (int i = 1; i < layer.length; i++) {
      offsets[i] = offsets[i - 1] + distance(layer[i - 1], layer[i]);
    }
    return offsets;
  }

  /** Isotonic regression: slots that push each other become one block at their mean. */
  private void place(int[] layer, boolean above, boolean below) {
    double[] offsets = offsets(layer);
    double[] sums = new double[layer.length];
    double[] weights = new double[layer.length];
    int[] ends = new int[layer.length];
    int blocks = 0;
    for (int i = 0; i < layer.length; i++) {
      double[] wish = wish(layer[i], above, below);
      sums[blocks] = (wish[0] - offsets[i]) * wish[1];
      weights[blocks] = wish[1];
      ends[blocks] = i + 1;
      blocks++;
      while (blocks > 1
          && sums[blocks - 2] / weights[blocks - 2] >= sums[blocks - 1] / weights[blocks - 1]) {
        blocks--;
        sums[blocks - 1] += sums[blocks];
        weights[blocks - 1] += weights[blocks];
        ends[blocks - 1] = ends[blocks];
      }
    }
    int slot = 0;
    for (int block = 0; block < blocks; block++) {
      for (; slot < ends[block]; slot++) {
        centres[layer[slot]] = sums[block] / weights[block] + offsets[slot];
      }
    }
  }

  /** Where a slot wants its centre, and how much. */
  private double[] wish(int slot, boolean above, boolean below) {
    double sum = 0;
    double weight = 0;
    if (above) {
      List<Integer> others = layers.upper(slot);
      for (int i = 0; i < others.size(); i++) {
        int other = others.get(i);
        double strength = strength(slot, other);
        double port = upperPort(slot, i) - centres[slot];
        sum += (lowerPort(other, layers.indexInUpper(slot)) - port) * strength;
        weight += strength;
      }
    }
    if (below) {
      List<Integer> others = layers.lower(slot);
      for (int i = 0; i < others.size(); i++) {
        int other = others.get(i);
        double strength = strength(slot, other);
        double port = lowerPort(slot, i) - centres[slot];
        sum += (upperPort(other, layers.indexInLower(slot)) - port) * strength;
        weight += strength;
      }
    }
    return weight == 0 ? new double[] {centres[slot], 0.1} : new double[] {sum / weight, weight};
  }

  private double strength(int a, int b) {
    return layers.isNode(a) || layers.isNode(b) ? 1 : 6;
  }

  /** Smallest left border of all slots. */
  double left() {
    return Arrays.stream(layers.order())
        .filter(layer -> layer.length > 0)
        .mapToDouble(layer -> centres[layer[0]] - widths[layer[0]] / 2)
        .min()
        .orElse(0);
  }

  /** Greatest right border of all slots. */
  double right() {
    return Arrays.stream(layers.order())
        .filter(layer -> layer.length > 0)
        .mapToDouble(
            layer -> centres[layer[layer.length - 1]] + widths[layer[layer.length - 1]] / 2)
        .max()
        .orElse(0);
  }
}
