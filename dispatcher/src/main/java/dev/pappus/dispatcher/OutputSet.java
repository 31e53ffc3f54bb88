package dev.pappus.dispatcher;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Signature;
import java.util.ArrayList;
import java.util.List;

/**
 * One output of an invocation.
 *
 * @param name its name in the invocable's signature
 * @param producerName the name that the instance which produced it gave it; what the reference's
 *     clients see
 * @param items its items, sorted stably by key
 */
public record OutputSet(String name, String producerName, List<Item> items) {
  public OutputSet {
    items = List.copyOf(items);
  }

  /** The outputs that {@code declared} names, with the items of {@code sets}. */
  static List<OutputSet> of(Signature declared, List<DataSet> sets) {
    List<String> names = declared.outputs();
    List<OutputSet> outputs = new ArrayList<>(names.size());
    for (int i = 0; i < names.size(); i++) {
      DataSet set = sets.get(i);
      String producer = set.name().isEmpty() ? names.get(i) : set.name();
      outputs.add(new OutputSet(names.get(i), producer, set.items()));
    }
    return outputs;
  }
}
