package dev.pappus.sandbox;

import dev.pappus.model.DataSet;
import dev.pappus.model.Problem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one instance of a function ended, and where its time went.
 *
 * @param outputs one set for each registered output, in order; empty if it failed
 * @param problem why it failed, or null if it did not
 * @param warmth how warm its context was, or null if it did not get one
 * @param loadNanos context acquired, inputs and tables written
 * @param runNanos in the guest, entry and exit included
 * @param replyNanos outputs checked and copied, or the failure examined
 */
public record InstanceResult(
    List<DataSet> outputs,
    @Nullable Problem problem,
    Context.@Nullable Warmth warmth,
    long loadNanos,
    long runNanos,
    long replyNanos) {
  public InstanceResult {
    outputs = List.copyOf(outputs);
  }

  /** Whether the function succeeded and left well-formed outputs. */
  public boolean succeeded() {
    return problem == null;
  }
}
