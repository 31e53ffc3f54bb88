package dev.pappus.server.telemetry;

import dev.pappus.dispatcher.InstanceReport;
import dev.pappus.dispatcher.InvocationInfo;
import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.dispatcher.InvocationTarget;
import dev.pappus.language.Composition;
import dev.pappus.model.Phases;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.StartLevel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What traces need of an invocation that has ended: not its outputs, and not what it printed.
 *
 * @param info which invocation
 * @param oneShot its graph if it is not stored, else null
 * @param phases where its time went
 * @param coldestStart the coldest start of its compute instances; null if there was none
 * @param failure why it failed, or null
 * @param instances what ran
 */
record Finished(
    InvocationInfo info,
    @Nullable Composition oneShot,
    Phases phases,
    @Nullable StartLevel coldestStart,
    @Nullable ProblemCode failure,
    List<InstanceReport> instances) {

  static Finished of(InvocationTarget target, InvocationResult result) {
    return new Finished(
        result.info(),
        target instanceof InvocationTarget.OneShot oneShot ? oneShot.composition() : null,
        result.phases(),
        result.coldestStart(),
        switch (result.outcome()) {
          case InvocationResult.Succeeded _ -> null;
          case InvocationResult.Failed failed -> failed.problem().code();
        },
        result.instances().stream().map(InstanceReport::withoutLog).toList());
  }

  /** How many spans it is. */
  int spans() {
    return 1 + instances.size();
  }

  /** The time that phases sum up to. */
  static long totalNanos(Phases phases) {
    return phases.queueNanos() + phases.loadNanos() + phases.runNanos() + phases.replyNanos();
  }

  /** When an instance ended, since the invocation was accepted. */
  static long endNanos(InstanceReport instance) {
    return instance.readyNanos() + totalNanos(instance.phases());
  }
}
