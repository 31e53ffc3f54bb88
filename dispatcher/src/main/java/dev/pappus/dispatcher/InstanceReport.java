package dev.pappus.dispatcher;

import dev.pappus.model.Digest;
import dev.pappus.model.Key;
import dev.pappus.model.Phases;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.StartLevel;
import org.jspecify.annotations.Nullable;

/**
 * What became of one instance.
 *
 * @param application where it stood, {@code composition/3:function}; just the function's name when
 *     it was invoked directly
 * @param function the function
 * @param binary names the version that ran; null for a communication function
 * @param itemName name of the first item of its first sharded (not {@code all}) input, or null
 * @param itemKey that item's key, or null
 * @param inputBytes bytes of all its inputs
 * @param readyNanos when it became ready, since the invocation was accepted
 * @param start how warm it started; null for a communication function
 * @param phases where its time went
 * @param failure why it failed, or null
 * @param logTail up to the last 4 KiB of what it printed; empty if nothing is known
 */
public record InstanceReport(
    String application,
    String function,
    @Nullable Digest binary,
    @Nullable String itemName,
    @Nullable Key itemKey,
    long inputBytes,
    long readyNanos,
    @Nullable StartLevel start,
    Phases phases,
    @Nullable ProblemCode failure,
    String logTail) {
  /** The same without what it printed. */
  public InstanceReport withoutLog() {
    return logTail.isEmpty()
        ? this
        : new InstanceReport(
            application,
            function,
            binary,
            itemName,
            itemKey,
            inputBytes,
            readyNanos,
            start,
            phases,
            failure,
            "");
  }

  /** Whether it completed. */
  public boolean succeeded() {
    return failure == null;
  }
}
