package dev.pappus.dispatcher;

import dev.pappus.dispatcher.RegistrySnapshot.CompositionEntry;
import dev.pappus.dispatcher.RegistrySnapshot.Entry;
import dev.pappus.language.Composition;
import dev.pappus.model.DataSet;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one invocation has used of what it may use. Belongs to whoever attends its mailbox. */
final class InvocationQuota {
  /** Statements and sets that nested compositions may have for each instance that is allowed. */
  private static final long PLACES_PER_INSTANCE = 16;

  private final Limits limits;
  private final ResultBudget results;
  private int instances;
  private long places;
  private long heldBytes;

  InvocationQuota(Limits limits, ResultBudget results) {
    this.limits = limits;
    this.results = results;
  }

  /** Counts {@code more} instances of {@code callee}; TOO_MANY_ITEMS if that is too many. */
  void countInstances(Entry callee, int more) {
    instances += more;
    if (instances > limits.get(Limit.INVOCATION_INSTANCES)) {
      throw new ProblemException(
          limits
              .exceeded(
                  ProblemCode.TOO_MANY_ITEMS,
                  Limit.INVOCATION_INSTANCES,
                  "instances of this invocation",
                  instances)
              .withFunction(callee.name()));
    }
  }

  /** A nested composition costs memory and time even where it starts no instance. */
  void countPlaces(CompositionEntry nested) {
    Composition composition = nested.plan().composition();
    places += composition.applications().size() + composition.setNames().size();
    long allowed = limits.get(Limit.INVOCATION_INSTANCES);
    if (places / PLACES_PER_INSTANCE > allowed) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.TOO_MANY_ITEMS,
                  "statements and sets of nested compositions in this invocation: %d is more than"
                      + " %d for each of the %d instances it may start (limits.%s)",
                  places,
                  PLACES_PER_INSTANCE,
                  allowed,
                  Limit.INVOCATION_INSTANCES.key())
              .withHint(
                  "apply large compositions to fewer items, or raise limits."
                      + Limit.INVOCATION_INSTANCES.key())
              .withFunction(nested.name()));
    }
  }

  /** TOO_MANY_ITEMS if one of {@code outputs} has too many items. */
  @Nullable Problem checkOutputs(List<DataSet> outputs) {
    for (DataSet set : outputs) {
      if (set.items().size() > limits.get(Limit.SET_ITEMS)) {
        return limits.exceeded(
            ProblemCode.TOO_MANY_ITEMS,
            Limit.SET_ITEMS,
            "output set '" + set.name() + "'",
            set.items().size());
      }
    }
    return null;
  }

  /** Puts {@code bytes} of results on the node's account until {@link #release}. */
  @Nullable Problem hold(long bytes) {
    if (results.take(bytes)) {
      heldBytes += bytes;
      return null;
    }
    String capacity = Limit.OUTPUT_BYTES.format(results.capacityBytes());
    if (heldBytes + bytes > results.capacityBytes()) {
      return Problem.of(
              ProblemCode.GUEST_OUTPUT_LIMIT,
              "the results of this invocation come to more than the node has memory for: %s",
              capacity)
          .withHint("have fewer or smaller results, or give the node a larger heap");
    }
    return Problem.of(
            ProblemCode.OVERLOADED,
            "results of invocations under way fill the node's memory for them: %s",
            capacity)
        .withHint("try again a little later, or give the node a larger heap");
  }

  /** Gives everything back. */
  void release() {
    results.give(heldBytes);
    heldBytes = 0;
  }
}
