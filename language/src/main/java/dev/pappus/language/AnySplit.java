package dev.pappus.language;

import java.util.List;

/** Chooses into how many pieces each any-axis is cut (dandelion.md 1.7). */
final class AnySplit {
  /** No target: everything stays in its finest pieces. */
  private static final long FINEST = 0;

  private static final int UNDECIDED = -1;

  private final List<? extends Axis<?>> axes;
  private final long[] bytes;
  private final long[] minBytes;
  private final int[] counts;

  private AnySplit(List<? extends Axis<?>> axes, List<Long> minSetBytes) {
    this.axes = axes;
    bytes = new long[axes.size()];
    minBytes = new long[axes.size()];
    counts = new int[axes.size()];
    for (int i = 0; i < axes.size(); i++) {
      Axis<?> axis = axes.get(i);
      if (axis.any()) {
        Axis.Column<?> largest = axis.largest();
        bytes[i] = largest.bytes();
        minBytes[i] =
            largest.parameter() < minSetBytes.size() ? minSetBytes.get(largest.parameter()) : 0;
      }
      counts[i] = cuts(i) ? UNDECIDED : axis.rows();
    }
  }

  /** The pieces of every axis, each a list of rows. */
  static int[][][] pieces(
      List<? extends Axis<?>> axes, List<Long> minSetBytes, PartitionSettings settings) {
    AnySplit split = new AnySplit(axes, minSetBytes);
    long target = split.target(settings);
    if (target != FINEST) {
      split.decide(target);
    }
    int[][][] pieces = new int[axes.size()][][];
    for (int i = 0; i < pieces.length; i++) {
      boolean finest = target == FINEST || !split.cuts(i);
      pieces[i] =
          finest ? axes.get(i).finest() : axes.get(i).cut(split.counts[i], split.minBytes[i]);
    }
    return pieces;
  }

  /** Whether the axis takes part: without bytes it stays in its finest pieces. */
  private boolean cuts(int i) {
    return axes.get(i).any() && bytes[i] > 0;
  }

  private long target(PartitionSettings settings) {
    return switch (settings.anySharding()) {
      case AnySharding.Max() -> FINEST;
      case AnySharding.Fixed(long instances) -> instances;
      case AnySharding.Auto(long factor) -> autoTarget(factor, settings);
    };
  }

  private long autoTarget(long factor, PartitionSettings settings) {
    long product = 1;
    long minimums = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (axes.get(i).any()) {
        product = Saturated.multiply(product, bytes[i]);
        minimums = Saturated.add(minimums, minBytes[i]);
      }
    }
    if (product == 0) {
      return FINEST;
    }
    long enough =
        Saturated.multiply(
            Saturated.multiply(factor, Math.max(minimums, 1)), settings.localCores());
    return product > enough
        ? (long) settings.localCores() + settings.remoteCores()
        : settings.localCores();
  }

  private void decide(long target) {
    long fixed = 1;
    for (Axis<?> axis : axes) {
      fixed = axis.any() ? fixed : Saturated.multiply(fixed, axis.rows());
    }
    long leftover = fixed > 0 && fixed < target ? target / fixed : 1;
    boolean searching = leftover > 1;
    while (searching) {
      int best = best(leftover);
      if (best < 0) {
        break;
      }
      int rows = axes.get(best).rows();
      boolean taken = rows % leftover == rows; // smaller than what is left: it gets all its pieces
      counts[best] = taken ? rows : (int) Math.min(leftover, rows);
      leftover = taken ? leftover / rows : 1;
      searching = leftover > 1;
    }
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] == UNDECIDED) {
        counts[i] = 1;
      }
    }
  }

  /** The undecided axis that wastes the smallest share of its pieces; -1 if all are decided. */
  private int best(long leftover) {
    int best = -1;
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] == UNDECIDED) {
        int rows = axes.get(i).rows();
        double ratio = (double) (rows % leftover) / rows;
        if (ratio < least) {
          least = ratio;
          best = i;
        }
      }
    }
    return best;
  }
}
