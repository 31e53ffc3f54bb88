package dev.pappus.language.graph;

import dev.pappus.language.graph.GraphLayout.Box;
import dev.pappus.language.graph.GraphLayout.Point;
import dev.pappus.language.graph.GraphLayout.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Puts measured slots in their places. */
final class Placement {
  private static final double MARGIN = 24;
  private static final double LAYER_GAP = 20;
  private static final double LAYER_GAP_MAX = 64;
  private static final double SLOPE = 0.16;

  private final CompositionGraph graph;
  private final Layers layers;
  private final double[] widths;
  private final double[] heights;
  private final Columns columns;
  private final double shift;
  private final int[] layerOf;
  private final double[] tops;
  private final double[] bottoms;

  Placement(CompositionGraph graph, Layers layers, double[] widths, double[] heights) {
    this.graph = graph;
    this.layers = layers;
    this.widths = widths;
    this.heights = heights;
    columns = new Columns(layers, widths);
    shift = MARGIN - columns.left();
    int[][] order = layers.order();
    layerOf = new int[layers.size()];
    tops = new double[order.length];
    bottoms = new double[order.length];
    double y = MARGIN;
    for (int layer = 0; layer < order.length; layer++) {
      double height = 0;
      for (int slot : order[layer]) {
        layerOf[slot] = layer;
        height = Math.max(height, heights[slot]);
      }
      tops[layer] = y;
      bottoms[layer] = y + height;
      y += height + gap(order[layer]);
    }
  }

  /** Room below a layer: more where an edge goes far to the side. */
  private double gap(int[] layer) {
    double farthest = 0;
    for (int slot : layer) {
      for (int next : layers.lower(slot)) {
        double from = layers.isNode(slot) ? columns.leaves(slot, next) : columns.centres()[slot];
        double to = layers.isNode(next) ? columns.meets(next, slot) : columns.centres()[next];
        farthest = Math.max(farthest, Math.abs(from - to));
      }
    }
    return Math.clamp(farthest * SLOPE, LAYER_GAP, LAYER_GAP_MAX);
  }

  GraphLayout layout() {
    List<Box> boxes = new ArrayList<>(graph.nodes().size());
    for (int i = 0; i < graph.nodes().size(); i++) {
      boxes.add(box(i));
    }
    List<Route> routes = new ArrayList<>(graph.edges().size());
    for (int i = 0; i < graph.edges().size(); i++) {
      routes.add(route(layers.chain(i), !graph.label(graph.edges().get(i)).isEmpty()));
    }
    double bottom = bottoms.length == 0 ? MARGIN : bottoms[bottoms.length - 1];
    return new GraphLayout(
        graph, boxes, routes, tenths(columns.right() + shift + MARGIN), tenths(bottom + MARGIN));
  }

  /** In the middle of its layer's height. */
  private Box box(int slot) {
    int layer = layerOf[slot];
    double middle = (tops[layer] + bottoms[layer]) / 2;
    return new Box(
        tenths(columns.centres()[slot] + shift - widths[slot] / 2),
        tenths(middle - heights[slot] / 2),
        tenths(widths[slot]),
        tenths(heights[slot]));
  }

  /** Straight through layers, so that it bends between them only. */
  private Route route(int[] chain, boolean labelled) {
    List<Point> points = new ArrayList<>(2 * chain.length);
    int from = chain[0];
    int to = chain[chain.length - 1];
    double leaves = columns.leaves(from, chain[1]);
    add(points, leaves, box(from).bottom());
    add(points, leaves, bottoms[layerOf[from]]);
    for (int i = 1; i < chain.length - 1; i++) {
      add(points, columns.centres()[chain[i]], tops[layerOf[chain[i]]]);
      add(points, columns.centres()[chain[i]], bottoms[layerOf[chain[i]]]);
    }
    double meets = columns.meets(to, chain[chain.length - 2]);
    add(points, meets, tops[layerOf[to]]);
    add(points, meets, box(to).y());
    return new Route(
        points, labelled ? Optional.of(box(chain[chain.length - 2])) : Optional.empty());
  }

  private void add(List<Point> points, double x, double y) {
    Point point = new Point(tenths(x + shift), tenths(y));
    if (points.isEmpty() || !points.getLast().equals(point)) {
      points.add(point);
    }
  }

  private static double tenths(double length) {
    return Math.round(length * 10) / 10.0;
  }
}
