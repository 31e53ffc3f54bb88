package dev.pappus.dispatcher;

import dev.pappus.dispatcher.RegistrySnapshot.FunctionEntry;
import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.ItemPath;
import dev.pappus.model.Phases;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.StartLevel;
import dev.pappus.sandbox.SealedContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One instance on its way: what it is part of, and what it works on.
 *
 * @param application what it is an instance of
 * @param index its place among the instances, which is the place of its results
 * @param inputs one set for each input of the callee
 * @param readyNanos when it became ready
 */
record Instance(ApplicationRun application, int index, List<DataSet> inputs, long readyNanos) {
  /** The first item of its first sharded input, or null. */
  @Nullable Item item() {
    int position = application.shardedInput();
    return position < 0 || inputs.get(position).isEmpty()
        ? null
        : inputs.get(position).items().getFirst();
  }

  /** Its item as messages write it, or null. */
  @Nullable String itemPath() {
    Item item = item();
    return item == null
        ? null
        : new ItemPath(
                application
                    .callee()
                    .registered()
                    .signature()
                    .inputs()
                    .get(application.shardedInput()),
                item.key(),
                item.name())
            .toString();
  }

  /**
   * A report of how it ended.
   *
   * @param acceptedNanos when its invocation was accepted
   * @param logTail what it printed last
   */
  InstanceReport report(
      long acceptedNanos,
      @Nullable StartLevel start,
      Phases phases,
      @Nullable ProblemCode failure,
      String logTail) {
    Item item = item();
    return new InstanceReport(
        application.label() == null ? application.callee().name() : application.label(),
        application.callee().name(),
        application.callee() instanceof FunctionEntry function
            ? function.registered().binary()
            : null,
        item == null ? null : item.name(),
        item == null ? null : item.key(),
        ResultBudget.bytesOf(inputs),
        readyNanos - acceptedNanos,
        start,
        phases,
        failure,
        logTail);
  }

  /** {@code problem}, with who and where. */
  Problem locate(Problem problem) {
    Problem located =
        problem.function() == null ? problem.withFunction(application.callee().name()) : problem;
    String label = application.label();
    if (label != null && located.application() == null) {
      located = located.withApplication(label);
    }
    String path = itemPath();
    return path == null || located.item() != null ? located : located.withItem(path);
  }

  /**
   * How an instance ended.
   *
   * @param outputs one set for each output of the callee; empty if it failed
   * @param sealed the context, if bytes of outputs are still in it; whoever gets this closes it
   * @param problem why it failed, or null
   * @param printed what it printed last, as far as neither outputs nor problem tell
   * @param start how warm it started, or null
   * @param phases where its time went
   * @param endNanos when it ended
   */
  record End(
      List<DataSet> outputs,
      @Nullable SealedContext sealed,
      @Nullable Problem problem,
      String printed,
      @Nullable StartLevel start,
      Phases phases,
      long endNanos) {
    /** It did not get to run. */
    static End failed(Problem problem, long readyNanos) {
      long now = System.nanoTime();
      Phases phases = new Phases(now - readyNanos, 0, 0, 0);
      return new End(List.of(), null, problem, "", null, phases, now);
    }
  }
}
