package dev.pappus.sandbox;

import dev.pappus.model.DataSet;
import dev.pappus.model.Problem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one instance of a function ended, and where its time went.
 *
 * @param outputs one set for each registered output, in order; empty if it failed
 * @param sealed the context, if bytes of outputs are still in it; whoever gets the result closes it
 * @param problem why it failed, or null if it did not
 * @param printed what it printed last, at most 4 KiB, if it succeeded and has no output set {@link
 *     GuestAbi#STDIO} that would tell; else empty, as a problem has the last words with it
 * @param warmth how warm its context was, or null if it did not get one
 * @param loadNanos context acquired, inputs and tables written
 * @param runNanos in the guest, entry and exit included
 * @param replyNanos outputs checked and copied, or the failure examined
 * @param bindNanos the part of loading until the context was acquired
 * @param enterNanos the part of running until the guest was entered; 0 if the backend does not tell
 */
public record InstanceResult(
    List<DataSet> outputs,
    @Nullable SealedContext sealed,
    @Nullable Problem problem,
    String printed,
    Context.@Nullable Warmth warmth,
    long loadNanos,
    long runNanos,
    long replyNanos,
    long bindNanos,
    long enterNanos) {
  public InstanceResult {
    outputs = List.copyOf(outputs);
  }

  /** Whether the function succeeded and left well-formed outputs. */
  public boolean succeeded() {
    return problem == null;
  }
}
