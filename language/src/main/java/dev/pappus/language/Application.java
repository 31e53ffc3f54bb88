package dev.pappus.language;

import dev.pappus.model.Signature;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One statement of a composition: a callee applied to sets.
 *
 * @param index position in the composition's list, from 0
 * @param callee name of the function or composition
 * @param signature the callee's registered signature at the time of checking; positions below refer
 *     to it
 * @param inputs for each input of the callee the set it reads; empty where nothing is assigned
 * @param outputs for each output of the callee the number of the set it produces; empty where it is
 *     dropped
 * @param join the {@code by} clause, if there is one with at least one step
 * @param line line of the statement in {@link Composition#text}, from 1; the same after a restart
 */
public record Application(
    int index,
    String callee,
    Signature signature,
    List<Optional<SetUse>> inputs,
    List<OptionalInt> outputs,
    Optional<Join> join,
    int line) {
  public Application {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }
}
