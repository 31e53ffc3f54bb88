package dev.pappus.dispatcher;

import dev.pappus.model.DataSet;
import java.util.List;

/**
 * One invocation, decoded.
 *
 * @param target what to invoke
 * @param inputs sets by position of the target's inputs; names are ignored; fewer than declared
 *     means that the rest are empty, more is an UNKNOWN_SET problem
 * @param code whether code may come from the caches
 */
public record InvocationRequest(InvocationTarget target, List<DataSet> inputs, CodeSource code) {
  public InvocationRequest {
    inputs = List.copyOf(inputs);
  }

  /** Where the code of compute functions may come from. */
  public enum CodeSource {
    /** The warmest place there is. */
    ANY,
    /** The file: read, parsed and bound anew ({@code /cold/…} of the reference's API). */
    FILE
  }
}
