package dev.pappus.model;

import java.util.List;

/**
 * An input set of a function.
 *
 * @param name the set's name
 * @param staticItems content fixed at registration; if not empty it beats whatever an invocation
 *     supplies
 */
public record InputSet(String name, List<Item> staticItems) {
  public InputSet {
    name = name.intern(); // a node keeps many functions, most of whose sets have the same few names
    staticItems = List.copyOf(staticItems);
  }

  /** An input set that invocations fill. */
  public static InputSet dynamic(String name) {
    return new InputSet(name, List.of());
  }

  /** Whether its content was fixed at registration. */
  public boolean isStatic() {
    return !staticItems.isEmpty();
  }
}
