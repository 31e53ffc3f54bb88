package dev.pappus.model;

import java.util.List;

/**
 * A named bag of items. A set without items and an absent set are the same thing.
 *
 * @param name the set's name; where position identifies the set (inside a composition) it may be
 *     empty
 * @param items the items, in a stable order
 */
public record DataSet(String name, List<Item> items) {
  public DataSet {
    items = List.copyOf(items);
  }

  /** A set without items. */
  public static DataSet empty(String name) {
    return new DataSet(name, List.of());
  }

  /** Whether there is no item. */
  public boolean isEmpty() {
    return items.isEmpty();
  }

  /** The same items under another name. */
  public DataSet named(String newName) {
    return newName.equals(name) ? this : new DataSet(newName, items);
  }

  /** The same with all bytes in memory that lives as long as the set does. */
  public DataSet inMemory() {
    return items.stream().allMatch(Item::isInMemory)
        ? this
        : new DataSet(name, items.stream().map(Item::inMemory).toList());
  }

  /** Sum of the items' sizes in bytes. */
  public long sizeBytes() {
    long sum = 0;
    for (Item item : items) {
      sum += item.sizeBytes();
    }
    return sum;
  }
}
