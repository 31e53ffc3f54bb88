package dev.pappus.language;

import dev.pappus.model.ItemShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A set's items by key: groups in ascending key order.
 *
 * @param <T> what is known of an item
 */
final class KeyGroups<T extends ItemShape> {
  private final List<T> items;
  private final int[] starts;

  private KeyGroups(List<T> items, int[] starts) {
    this.items = items;
    this.starts = starts;
  }

  static <T extends ItemShape> KeyGroups<T> of(List<T> items) {
    List<T> sorted = sorted(items);
    int[] starts = new int[sorted.size() + 1];
    int groups = 0;
    for (int i = 0; i < sorted.size(); i++) {
      if (i == 0 || !sorted.get(i).key().equals(sorted.get(i - 1).key())) {
        starts[groups++] = i;
      }
    }
    starts[groups] = sorted.size();
    return new KeyGroups<>(sorted, Arrays.copyOf(starts, groups + 1));
  }

  /** {@code items}, stably sorted by key; the same list if they are. */
  static <T extends ItemShape> List<T> sorted(List<T> items) {
    for (int i = 1; i < items.size(); i++) {
      if (items.get(i - 1).key().compareTo(items.get(i).key()) > 0) {
        List<T> copy = new ArrayList<>(items);
        copy.sort(Comparator.comparing(ItemShape::key));
        return copy;
      }
    }
    return items;
  }

  /** Number of distinct keys. */
  int size() {
    return starts.length - 1;
  }

  List<T> items() {
    return items;
  }

  long key(int group) {
    return items.get(starts[group]).key().value();
  }

  int from(int group) {
    return starts[group];
  }

  int to(int group) {
    return starts[group + 1];
  }
}
