package dev.pappus.language;

import dev.pappus.model.Signature;
import java.util.List;

/**
 * A checked composition: an acyclic graph of applications over numbered sets. Every set is an input
 * or is produced by exactly one application; every output is an input or produced.
 *
 * @param name the composition's name
 * @param signature names of its input and output sets
 * @param setNames name of each set by number: inputs first, then outputs that are no inputs, then
 *     all others in order of first appearance
 * @param outputs for each output the number of its set
 * @param applications the statements, in text order
 * @param text the declaration of this composition alone, formatted, with the function declarations
 *     it needs
 */
public record Composition(
    String name,
    Signature signature,
    List<String> setNames,
    List<Integer> outputs,
    List<Application> applications,
    String text) {
  public Composition {
    setNames = List.copyOf(setNames);
    outputs = List.copyOf(outputs);
    applications = List.copyOf(applications);
  }
}
