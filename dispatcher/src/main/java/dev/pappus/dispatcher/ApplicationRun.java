package dev.pappus.dispatcher;

import dev.pappus.dispatcher.RegistrySnapshot.Entry;
import dev.pappus.language.Application;
import dev.pappus.language.OutputMerge;
import dev.pappus.language.SetUse;
import dev.pappus.language.Sharding;
import dev.pappus.model.DataSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An invocable applied to sets: the instances it was split into, and their results as they come in.
 * Belongs to whoever holds its invocation's mailbox.
 */
final class ApplicationRun {
  /** Called with the results when all instances have ended well. */
  interface Completion {
    /**
     * The application is complete.
     *
     * @param outputs one set for each output of the callee
     * @param trace the critical path to them
     */
    void completed(List<DataSet> outputs, Trace trace);
  }

  private final @Nullable String label;
  private final Entry callee;
  private final int shardedInput;
  private final ResultPlaces places;
  private final Trace readyTrace;
  private final Completion completion;
  private final List<List<DataSet>> results;
  private int missing;
  private Trace last;

  /**
   * An application of {@code callee}.
   *
   * @param label {@code composition/3:function}, or null if it was invoked directly
   * @param application the statement, or null if it was invoked directly
   * @param instances how many results to expect, at least 1
   */
  ApplicationRun(
      @Nullable String label,
      @Nullable Application application,
      Entry callee,
      ResultPlaces places,
      int instances,
      Trace readyTrace,
      Completion completion) {
    this.label = label;
    this.callee = callee;
    this.places = places;
    this.shardedInput = application == null ? -1 : firstSharded(application);
    this.readyTrace = readyTrace;
    this.completion = completion;
    this.results = new ArrayList<>(Collections.nCopies(instances, List.of()));
    this.missing = instances;
    this.last = readyTrace;
  }

  private static int firstSharded(Application application) {
    for (int i = 0; i < application.inputs().size(); i++) {
      Optional<SetUse> use = application.inputs().get(i);
      if (use.isPresent() && use.get().sharding() != Sharding.ALL) {
        return i;
      }
    }
    return -1;
  }

  @Nullable String label() {
    return label;
  }

  Entry callee() {
    return callee;
  }

  ResultPlaces places() {
    return places;
  }

  /** How many instances it was split into. */
  int instances() {
    return results.size();
  }

  /** Position of the first input that is not {@code all}, or -1. */
  int shardedInput() {
    return shardedInput;
  }

  /** The critical path to its inputs. */
  Trace readyTrace() {
    return readyTrace;
  }

  /** Takes the results of one instance; the last one completes the application. */
  void instanceCompleted(int index, List<DataSet> outputs, Trace trace) {
    results.set(index, outputs);
    last = Trace.later(trace, last);
    missing--;
    if (missing == 0) {
      completion.completed(merged(), last);
    }
  }

  /** Whether all instances have ended well. */
  boolean isComplete() {
    return missing == 0;
  }

  /** What each instance has left so far. */
  List<List<DataSet>> results() {
    return results;
  }

  private List<DataSet> merged() {
    int outputs = callee.registered().signature().outputs().size();
    List<DataSet> sets = new ArrayList<>(outputs);
    for (int i = 0; i < outputs; i++) {
      sets.add(merged(i));
    }
    return sets;
  }

  /** One output of all instances; under the name that the first named part has. */
  private DataSet merged(int output) {
    List<DataSet> parts = new ArrayList<>(results.size());
    String name = "";
    for (List<DataSet> result : results) {
      DataSet part = result.get(output);
      name = name.isEmpty() ? part.name() : name;
      parts.add(part);
    }
    return OutputMerge.merge(name, parts);
  }
}
