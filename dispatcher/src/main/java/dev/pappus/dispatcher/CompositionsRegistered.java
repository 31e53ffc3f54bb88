package dev.pappus.dispatcher;

import dev.pappus.dispatcher.Registry.Change;
import dev.pappus.language.Composition;
import dev.pappus.model.Diagnostic;
import java.util.List;

/**
 * A registered text.
 *
 * @param compositions what it held, with what became of each
 * @param warnings what the checker noticed
 */
public record CompositionsRegistered(
    List<CompositionChange> compositions, List<Diagnostic> warnings) {
  public CompositionsRegistered {
    compositions = List.copyOf(compositions);
    warnings = List.copyOf(warnings);
  }

  /**
   * One composition of a text.
   *
   * @param composition the checked graph
   * @param change what became of it
   */
  public record CompositionChange(Composition composition, Change change) {}
}
