package dev.pappus.dispatcher;

import dev.pappus.model.Phases;
import dev.pappus.model.Problem;
import dev.pappus.model.StartLevel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How an invocation ended.
 *
 * @param info which invocation
 * @param outcome its outputs or its problem
 * @param phases where the time went along the critical path; the sum is the time from acceptance to
 *     this result
 * @param coldestStart the coldest start of its compute instances; null if there was none
 * @param instances a report for each instance that started, in order of completion; at most the
 *     first 1000
 */
public record InvocationResult(
    InvocationInfo info,
    Outcome outcome,
    Phases phases,
    @Nullable StartLevel coldestStart,
    List<InstanceReport> instances) {
  public InvocationResult {
    instances = List.copyOf(instances);
  }

  /** Identifies the invocation. */
  public String id() {
    return info.id();
  }

  /** Outputs or problem. */
  public sealed interface Outcome {}

  /**
   * It ended well.
   *
   * @param outputs every declared output in order, empty ones included
   */
  public record Succeeded(List<OutputSet> outputs) implements Outcome {
    public Succeeded {
      outputs = List.copyOf(outputs);
    }
  }

  /**
   * It failed.
   *
   * @param problem who, where, why
   */
  public record Failed(Problem problem) implements Outcome {}
}
