package dev.pappus.model;

import java.util.List;

/**
 * The set names of something that can be invoked; position identifies a set, names are unique in a
 * list.
 *
 * @param inputs names of the input sets
 * @param outputs names of the output sets
 */
public record Signature(List<String> inputs, List<String> outputs) {
  public Signature {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }
}
