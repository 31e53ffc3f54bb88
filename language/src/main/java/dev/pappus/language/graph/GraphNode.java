package dev.pappus.language.graph;

import java.util.List;
import java.util.Optional;

/** A node of a composition's graph. */
public sealed interface GraphNode {
  /** Unique in the graph; an ASCII letter, then letters and digits. */
  String id();

  /** What a picture shows in it. */
  String title();

  /**
   * An input set of the composition.
   *
   * @param set its name
   */
  record Input(String id, String set) implements GraphNode {
    @Override
    public String title() {
      return set;
    }
  }

  /**
   * A statement.
   *
   * @param index its position in the composition, from 0
   * @param callee name of what it applies
   * @param kind what that is
   * @param join its {@code by} clause without the word, over the callee's inputs
   * @param line its line in the composition's text, from 1
   * @param outputs what it makes of the callee's outputs; those that it drops are not listed
   */
  record Application(
      String id,
      int index,
      String callee,
      CalleeKind kind,
      Optional<String> join,
      int line,
      List<Made> outputs)
      implements GraphNode {
    public Application {
      outputs = List.copyOf(outputs);
    }

    @Override
    public String title() {
      return callee;
    }
  }

  /**
   * An output set of the composition.
   *
   * @param set its name
   */
  record Output(String id, String set) implements GraphNode {
    @Override
    public String title() {
      return set;
    }
  }

  /**
   * A set that a statement makes.
   *
   * @param set its name in the composition
   * @param output the callee's name for it
   */
  record Made(String set, String output) {}
}
