package dev.pappus.language;

import dev.pappus.model.ItemShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Joins keyed sets, left to right: rows in ascending key order, each with at most one key group per
 * member. Linear in the number of items, but for the sort.
 *
 * @param <T> what is known of an item
 */
final class KeyedJoin<T extends ItemShape> {
  private static final int NONE = -1;

  private final List<KeyGroups<T>> members = new ArrayList<>();

  /** For each member and row the index of its key group, or NONE. */
  private final List<int[]> groups = new ArrayList<>();

  private long[] keys;

  private KeyedJoin(List<T> first) {
    KeyGroups<T> grouped = KeyGroups.of(first);
    members.add(grouped);
    keys = new long[grouped.size()];
    Arrays.setAll(keys, grouped::key);
    int[] own = new int[grouped.size()];
    Arrays.setAll(own, i -> i);
    groups.add(own);
  }

  /**
   * The rows of a chain.
   *
   * @param chain the sets; the first one's kind means nothing, and no other is a cross
   * @param items the items of each
   */
  static <T extends ItemShape> Axis<T> join(
      List<Join.Step> chain, List<List<T>> items, boolean any) {
    KeyedJoin<T> join = new KeyedJoin<>(items.getFirst());
    for (int i = 1; i < chain.size(); i++) {
      join.step(chain.get(i).kind(), KeyGroups.of(items.get(i)));
    }
    int[] parameters = chain.stream().mapToInt(Join.Step::parameter).toArray();
    return join.axis(parameters, any);
  }

  private void step(JoinKind kind, KeyGroups<T> right) {
    boolean keepLeft = kind == JoinKind.LEFT || kind == JoinKind.FULL;
    boolean keepRight = kind == JoinKind.RIGHT || kind == JoinKind.FULL;
    int[] leftRows = new int[keys.length + right.size()];
    int[] rightGroups = new int[keys.length + right.size()];
    long[] rowKeys = new long[keys.length + right.size()];
    int rows = 0;
    int l = 0;
    int r = 0;
    while (l < keys.length || r < right.size()) {
      long leftKey = l < keys.length ? keys[l] : Long.MAX_VALUE;
      long rightKey = r < right.size() ? right.key(r) : Long.MAX_VALUE;
      boolean hasLeft = leftKey <= rightKey;
      boolean hasRight = rightKey <= leftKey;
      if ((hasLeft && hasRight) || (hasLeft && keepLeft) || (hasRight && keepRight)) {
        leftRows[rows] = hasLeft ? l : NONE;
        rightGroups[rows] = hasRight ? r : NONE;
        rowKeys[rows] = Math.min(leftKey, rightKey);
        rows++;
      }
      l += hasLeft ? 1 : 0;
      r += hasRight ? 1 : 0;
    }
    for (int member = 0; member < groups.size(); member++) {
      groups.set(member, rearranged(groups.get(member), leftRows, rows));
    }
    groups.add(Arrays.copyOf(rightGroups, rows));
    members.add(right);
    keys = Arrays.copyOf(rowKeys, rows);
  }

  private static int[] rearranged(int[] old, int[] rows, int count) {
    int[] result = new int[count];
    for (int i = 0; i < count; i++) {
      result[i] = rows[i] == NONE ? NONE : old[rows[i]];
    }
    return result;
  }

  private Axis<T> axis(int[] parameters, boolean any) {
    List<Axis.Column<T>> columns = new ArrayList<>(members.size());
    for (int member = 0; member < members.size(); member++) {
      KeyGroups<T> grouped = members.get(member);
      int[] from = new int[keys.length];
      int[] to = new int[keys.length];
      for (int row = 0; row < keys.length; row++) {
        int group = groups.get(member)[row];
        if (group != NONE) {
          from[row] = grouped.from(group);
          to[row] = grouped.to(group);
        }
      }
      columns.add(new Axis.Column<>(parameters[member], grouped.items(), from, to));
    }
    return new Axis<>(columns, keys.length, any);
  }
}
