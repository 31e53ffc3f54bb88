package dev.pappus.language;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import java.util.ArrayList;
import java.util.List;

/** Puts together what the instances of an application left in one output set. */
public final class OutputMerge {
  private OutputMerge() {}

  /**
   * The items of all {@code parts}, in the order of the instances, stably sorted by key.
   *
   * @param name name of the result
   * @param parts one set for each instance, in instance order
   */
  public static DataSet merge(String name, List<DataSet> parts) {
    List<Item> items;
    if (parts.size() == 1) {
      items = parts.getFirst().items();
    } else {
      items = new ArrayList<>();
      parts.forEach(part -> items.addAll(part.items()));
    }
    return new DataSet(name, KeyGroups.sorted(items));
  }
}
