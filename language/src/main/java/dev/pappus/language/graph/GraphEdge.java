package dev.pappus.language.graph;

import dev.pappus.language.Sharding;
import java.util.Optional;

/**
 * A set on its way from where it is made to one of those who read it.
 *
 * @param from position of the node that has it: an input or an application
 * @param to position of the node that reads it: an application or an output
 * @param set its name in the composition
 * @param use how an application reads it; empty for an output
 */
public record GraphEdge(int from, int to, String set, Optional<Use> use) {
  /**
   * How an application reads a set.
   *
   * @param parameter the callee's name for it
   * @param sharding how its items are dealt out
   * @param optional whether the application runs although the set is empty
   */
  public record Use(String parameter, Sharding sharding, boolean optional) {
    /** {@code optional each}: the words before the set. */
    public String words() {
      return (optional ? "optional " : "") + sharding.keyword();
    }
  }
}
