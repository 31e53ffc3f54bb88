package dev.pappus.dispatcher;

import dev.pappus.dispatcher.ApplicationRun.Completion;
import dev.pappus.dispatcher.RegistrySnapshot.FunctionEntry;
import dev.pappus.language.Applicability;
import dev.pappus.language.Application;
import dev.pappus.language.Composition;
import dev.pappus.language.OutputMerge;
import dev.pappus.language.SetUse;
import dev.pappus.language.Sharding;
import dev.pappus.model.DataSet;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * One run of a composition inside an invocation: which sets are there, and which applications still
 * wait for some. Belongs to whoever holds the invocation's mailbox.
 */
final class GraphRun {
  private final InvocationRun run;
  private final Instantiator instantiator;
  private final CompositionPlan plan;
  private final Composition composition;
  private final int depth;
  private final Completion completion;

  /** Sets that are there and will be read again; indexed by number, as are {@link #reads}. */
  private final @Nullable DataSet[] sets;

  private final int[] reads;

  // By application.
  private final int[] waits;
  private final boolean[] begun;
  private final Trace[] traces;

  /** Where inputs of each are gathered, if that has begun. */
  private final @Nullable Gathering[] gatherings;

  private int applicationsLeft;
  private Trace last;

  /**
   * A run of {@code plan}.
   *
   * @param instantiator applies its statements
   * @param depth 1 for the invoked composition, one more for each nesting
   */
  GraphRun(
      InvocationRun run,
      Instantiator instantiator,
      CompositionPlan plan,
      int depth,
      Trace start,
      Completion completion) {
    this.run = run;
    this.instantiator = instantiator;
    this.plan = plan;
    this.composition = plan.composition();
    this.depth = depth;
    this.completion = completion;
    this.sets = new DataSet[composition.setNames().size()];
    this.reads = plan.reads();
    this.waits = plan.waits();
    int applications = composition.applications().size();
    this.begun = new boolean[applications];
    this.traces = new Trace[applications];
    this.gatherings = new Gathering[applications];
    Arrays.fill(traces, start);
    this.applicationsLeft = applications;
    this.last = start;
  }

  /** Starts it; missing inputs are empty. */
  void start(List<DataSet> inputs) {
    for (Application application : composition.applications()) {
      if (waits[application.index()] == 0) {
        run.later(() -> begin(application));
      }
    }
    for (int i = 0; i < composition.signature().inputs().size(); i++) {
      DataSet set = i < inputs.size() ? inputs.get(i) : DataSet.empty("");
      arrive(i, OutputMerge.merge(set.name(), List.of(set)), last);
    }
    if (applicationsLeft == 0) {
      finish();
    }
  }

  private void arrive(int set, DataSet data, Trace trace) {
    if (reads[set] > 0) {
      sets[set] = data;
      run.held().want(List.of(data));
    }
    run.later(() -> tellUsers(set, data, trace));
  }

  private void tellUsers(int set, DataSet data, Trace trace) {
    for (CompositionPlan.Use use : plan.uses().get(set)) {
      int index = use.application();
      if (begun[index]) {
        continue;
      }
      traces[index] = Trace.later(traces[index], trace);
      waits[index]--;
      if (Applicability.of(use.use(), data) == Applicability.SKIP) {
        skip(composition.applications().get(index));
      } else if (waits[index] == 0) {
        begin(composition.applications().get(index));
      }
    }
  }

  /** An input that must not be empty is: all outputs are empty, whatever the other inputs hold. */
  private void skip(Application application) {
    begun[application.index()] = true;
    forgetInputs(application);
    List<DataSet> nothing = application.signature().outputs().stream().map(DataSet::empty).toList();
    complete(application, nothing, traces[application.index()]);
  }

  private void begin(Application application) {
    begun[application.index()] = true;
    List<DataSet> inputs = new ArrayList<>(application.inputs().size());
    for (Optional<SetUse> use : application.inputs()) {
      DataSet set = use.isPresent() ? sets[use.get().set()] : null;
      inputs.add(set == null ? DataSet.empty("") : set);
    }
    instantiator.apply(
        composition.name(),
        application,
        inputs,
        places(application),
        depth,
        traces[application.index()],
        (outputs, trace) -> complete(application, outputs, trace));
    forgetInputs(application);
    foreseeUsers(application);
  }

  /** While the application runs, what reads its outputs can be made ready. */
  private void foreseeUsers(Application application) {
    for (OptionalInt set : application.outputs()) {
      if (set.isPresent()) {
        for (CompositionPlan.Use use : plan.uses().get(set.getAsInt())) {
          if (!begun[use.application()]) {
            instantiator.foresee(composition.applications().get(use.application()).callee());
          }
        }
      }
    }
  }

  private ResultPlaces places(Application application) {
    BitSet staying = staying(application);
    return new ResultPlaces(
        staying, gathering(application, staying), gatherings[application.index()]);
  }

  /**
   * Where {@code outputs} of an application are gathered that may have several instances: in the
   * context of their only reader, if that is one instance, which nothing is gathered for yet.
   */
  private @Nullable Gathering gathering(Application application, BitSet outputs) {
    int reader = isOneInstance(application) ? -1 : onlyReader(application, outputs);
    if (reader < 0 || gatherings[reader] != null) {
      return null;
    }
    Application reading = composition.applications().get(reader);
    if (isOneInstance(reading)
        && instantiator.find(reading.callee()) instanceof FunctionEntry function
        && readsAllItsInputs(reading, function)) {
      gatherings[reader] = instantiator.gathering(function);
    }
    return gatherings[reader];
  }

  private static boolean isOneInstance(Application application) {
    return application.inputs().stream()
        .allMatch(use -> use.isEmpty() || use.get().sharding() == Sharding.ALL);
  }

  /** Whether nothing is brought for static inputs, which would be ignored. */
  private static boolean readsAllItsInputs(Application application, FunctionEntry function) {
    List<String> names = application.signature().inputs();
    return function.registered().signature().equals(application.signature())
        && function.registered().statics().stream()
            .noneMatch(item -> application.inputs().get(names.indexOf(item.set())).isPresent());
  }

  /** Index of the application that alone reads {@code outputs}, each once; -1 if there is none. */
  private int onlyReader(Application application, BitSet outputs) {
    int reader = -1;
    for (int i = outputs.nextSetBit(0); i >= 0; i = outputs.nextSetBit(i + 1)) {
      List<CompositionPlan.Use> uses = plan.uses().get(application.outputs().get(i).getAsInt());
      if (uses.size() != 1 || (reader >= 0 && uses.getFirst().application() != reader)) {
        return -1;
      }
      reader = uses.getFirst().application();
    }
    return reader;
  }

  /**
   * Outputs that may stay in the contexts of the instances that made them: those that only compute
   * functions will read, which wait for nothing else than compute functions.
   */
  private BitSet staying(Application application) {
    BitSet staying = new BitSet();
    for (int i = 0; i < application.outputs().size(); i++) {
      OptionalInt set = application.outputs().get(i);
      if (set.isPresent() && isReadByComputingAlone(set.getAsInt())) {
        staying.set(i);
      }
    }
    return staying;
  }

  private boolean isReadByComputingAlone(int set) {
    for (int output : composition.outputs()) {
      if (output == set) {
        return false;
      }
    }
    return plan.uses().get(set).stream()
        .map(use -> composition.applications().get(use.application()))
        .allMatch(user -> computes(user) && waitsForComputingAlone(user));
  }

  /** Whether everything that must happen before it begins is computing, however far back. */
  private boolean waitsForComputingAlone(Application application) {
    BitSet seen = new BitSet();
    Queue<Application> waiting = new ArrayDeque<>(List.of(application));
    for (Application next = waiting.poll(); next != null; next = waiting.poll()) {
      for (Optional<SetUse> use : next.inputs()) {
        int maker = use.isPresent() ? plan.makers().get(use.get().set()) : -1;
        if (maker >= 0 && sets[use.get().set()] == null && !seen.get(maker)) {
          seen.set(maker);
          Application made = composition.applications().get(maker);
          if (!computes(made)) {
            return false;
          }
          if (!begun[maker]) {
            waiting.add(made);
          }
        }
      }
    }
    return true;
  }

  private boolean computes(Application application) {
    return instantiator.find(application.callee()) instanceof FunctionEntry;
  }

  /** Drops sets that nobody will read any more. */
  private void forgetInputs(Application application) {
    for (Optional<SetUse> use : application.inputs()) {
      if (use.isPresent()) {
        int set = use.get().set();
        reads[set]--;
        DataSet data = sets[set];
        if (reads[set] == 0 && data != null) {
          sets[set] = null;
          run.held().done(List.of(data));
        }
      }
    }
  }

  private void complete(Application application, List<DataSet> outputs, Trace trace) {
    last = Trace.later(trace, last);
    for (int i = 0; i < application.outputs().size(); i++) {
      OptionalInt set = application.outputs().get(i);
      if (set.isPresent()) {
        arrive(set.getAsInt(), outputs.get(i), trace);
      }
    }
    applicationsLeft--;
    if (applicationsLeft == 0) {
      finish();
    }
  }

  private void finish() {
    List<DataSet> outputs = new ArrayList<>(composition.outputs().size());
    for (int set : composition.outputs()) {
      DataSet data = sets[set];
      outputs.add(data == null ? DataSet.empty("") : data);
    }
    run.later(() -> completion.completed(outputs, last));
  }
}
