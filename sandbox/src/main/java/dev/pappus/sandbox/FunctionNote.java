package dev.pappus.sandbox;

import java.util.List;

/**
 * What {@code PAPPUS_FUNCTION} wrote into a binary, so that deploying it needs no options.
 *
 * @param name the function's name
 * @param inputs names of its input sets, in order
 * @param outputs names of its output sets, in order
 */
public record FunctionNote(String name, List<String> inputs, List<String> outputs) {
  public FunctionNote {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }
}
