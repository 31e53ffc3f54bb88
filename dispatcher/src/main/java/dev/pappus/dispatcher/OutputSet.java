package dev.pappus.dispatcher;

import dev.pappus.model.Item;
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
}
