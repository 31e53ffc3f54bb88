package dev.pappus.language;

import dev.pappus.model.ItemShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One direction of an application's instances: a set, or sets joined with each other, in its finest
 * pieces. Every combination of one piece from each axis is an instance.
 *
 * @param <T> what is known of an item
 * @param columns the sets
 * @param rows number of finest pieces
 * @param any whether the platform may join pieces
 */
record Axis<T extends ItemShape>(List<Column<T>> columns, int rows, boolean any) {
  /**
   * A set on an axis.
   *
   * @param <T> what is known of an item
   */
  static final class Column<T extends ItemShape> {
    private final int parameter;
    private final List<T> items;
    private final int[] from;
    private final int[] to;

    /**
     * A column.
     *
     * @param parameter the set's parameter position
     * @param items its items
     * @param from for each row where its items begin
     * @param to for each row where they end; equal to {@code from} where it has none
     */
    Column(int parameter, List<T> items, int[] from, int[] to) {
      this.parameter = parameter;
      this.items = items;
      this.from = from;
      this.to = to;
    }

    int parameter() {
      return parameter;
    }

    long bytes(int row) {
      long sum = 0;
      for (int i = from[row]; i < to[row]; i++) {
        sum += items.get(i).sizeBytes();
      }
      return sum;
    }

    long bytes() {
      long sum = 0;
      for (int row = 0; row < from.length; row++) {
        sum += bytes(row);
      }
      return sum;
    }

    List<T> piece(int[] piece) {
      if (piece.length == 1) {
        return items.subList(from[piece[0]], to[piece[0]]);
      }
      List<T> merged = new ArrayList<>();
      for (int row : piece) {
        merged.addAll(items.subList(from[row], to[row]));
      }
      return merged;
    }
  }

  /** A piece for each item. */
  static <T extends ItemShape> Axis<T> each(int parameter, List<T> items, boolean any) {
    int[] from = new int[items.size()];
    int[] to = new int[items.size()];
    for (int i = 0; i < from.length; i++) {
      from[i] = i;
      to[i] = i + 1;
    }
    return new Axis<>(List.of(new Column<>(parameter, items, from, to)), from.length, any);
  }

  /** The column with the most bytes, the first of several. */
  Column<T> largest() {
    Column<T> largest = columns.getFirst();
    long bytes = largest.bytes();
    for (Column<T> column : columns.subList(1, columns.size())) {
      if (column.bytes() > bytes) {
        largest = column;
        bytes = column.bytes();
      }
    }
    return largest;
  }

  /** Every row for itself. */
  int[][] finest() {
    int[][] pieces = new int[rows][];
    Arrays.setAll(pieces, row -> new int[] {row});
    return pieces;
  }

  /**
   * Cuts the rows into at most {@code count} pieces of nearly equal number, the first ones longer.
   *
   * @param minBytes if positive, rows are taken smallest first, and a piece goes on until its share
   *     of the largest set has so many bytes
   */
  int[][] cut(int count, long minBytes) {
    Column<T> largest = largest();
    Integer[] order = new Integer[rows];
    Arrays.setAll(order, row -> row);
    long[] bytes = new long[rows];
    if (minBytes > 0) {
      Arrays.setAll(bytes, largest::bytes);
      Arrays.sort(order, (a, b) -> Long.compare(bytes[a], bytes[b]));
    }
    List<int[]> pieces = new ArrayList<>(count);
    int at = 0;
    for (int piece = 0; at < rows; piece++) {
      int length = rows / count + (piece < rows % count ? 1 : 0);
      int start = at;
      long sum = 0;
      while (at < rows && (at - start < length || sum < minBytes)) {
        sum += bytes[order[at]];
        at++;
      }
      int[] taken = new int[at - start];
      for (int i = 0; i < taken.length; i++) {
        taken[i] = order[start + i];
      }
      Arrays.sort(taken); // inside an instance, items keep their order
      pieces.add(taken);
    }
    return pieces.toArray(new int[0][]);
  }
}
