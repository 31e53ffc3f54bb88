package dev.pappus.dispatcher;

import dev.pappus.dispatcher.ApplicationRun.Completion;
import dev.pappus.dispatcher.RegistrySnapshot.CommunicationEntry;
import dev.pappus.dispatcher.RegistrySnapshot.CompositionEntry;
import dev.pappus.dispatcher.RegistrySnapshot.Entry;
import dev.pappus.dispatcher.RegistrySnapshot.FunctionEntry;
import dev.pappus.language.Application;
import dev.pappus.language.OutputMerge;
import dev.pappus.language.Partitioner;
import dev.pappus.model.DataSet;
import dev.pappus.model.Limit;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Applies invocables, as one invocation sees them, to sets that are all there: looks them up, deals
 * the sets out to instances and starts these. Belongs to whoever attends the invocation's mailbox.
 */
final class Instantiator {
  private final InvocationRun run;
  private final Node node;
  private final RegistrySnapshot registry;
  private final InvocationRequest.CodeSource source;
  private final InvocationQuota quota;
  private final InstancesUnderWay underWay;

  /**
   * For an invocation that sees {@code registry}.
   *
   * @param source where code may come from
   * @param quota of the invocation
   * @param underWay starts the instances
   */
  Instantiator(
      InvocationRun run,
      Node node,
      RegistrySnapshot registry,
      InvocationRequest.CodeSource source,
      InvocationQuota quota,
      InstancesUnderWay underWay) {
    this.run = run;
    this.node = node;
    this.registry = registry;
    this.source = source;
    this.quota = quota;
    this.underWay = underWay;
  }

  /**
   * Applies what the invocation asks for.
   *
   * @param inputs may be fewer than declared; the others are empty
   * @throws ProblemException with COMMUNICATION_DIRECT, or as {@link #apply}
   */
  void invoke(Entry target, List<DataSet> inputs, Trace trace, Completion done) {
    switch (target) {
      case FunctionEntry function -> invokeFunction(function, inputs, trace, done);
      case CompositionEntry composition ->
          new GraphRun(run, this, composition.plan(), 1, trace, done).start(inputs);
      case CommunicationEntry communication ->
          throw new ProblemException(
              Problem.of(
                      ProblemCode.COMMUNICATION_DIRECT,
                      "'%s' can only be used inside a composition",
                      communication.name())
                  .withHint("write a composition that applies it, and invoke that")
                  .withFunction(communication.name()));
    }
  }

  private void invokeFunction(
      FunctionEntry function, List<DataSet> inputs, Trace trace, Completion done) {
    List<DataSet> all = new ArrayList<>(function.registered().spec().inputs().size());
    for (int i = 0; i < function.registered().spec().inputs().size(); i++) {
      all.add(i < inputs.size() ? sorted(inputs.get(i)) : DataSet.empty(""));
    }
    ApplicationRun application =
        new ApplicationRun(null, null, function, ResultPlaces.inMemory(), 1, trace, done);
    quota.countInstances(function, 1);
    start(application, 0, all, false, 0);
  }

  private static DataSet sorted(DataSet set) {
    return OutputMerge.merge(set.name(), List.of(set));
  }

  /** What is called {@code name}, as this invocation sees it; null if nothing is. */
  @Nullable Entry find(String name) {
    return registry.find(name);
  }

  /**
   * Applies a statement's callee to sets that are all there.
   *
   * @throws ProblemException UNKNOWN_INVOCABLE, COMPOSITION_INVALID, TOO_MANY_ITEMS or OVERLOADED
   */
  void apply(
      String composition,
      Application application,
      List<DataSet> inputs,
      ResultPlaces places,
      int depth,
      Trace trace,
      Completion completion) {
    String label = composition + "/" + application.index() + ":" + application.callee();
    Entry callee = calleeOf(application, label);
    List<List<DataSet>> parts = partition(application, callee, inputs, label);
    quota.countInstances(callee, parts.size());
    if (parts.isEmpty()) {
      List<DataSet> nothing =
          callee.registered().signature().outputs().stream().map(DataSet::empty).toList();
      run.later(() -> completion.completed(nothing, trace));
      return;
    }
    Completion checked =
        (outputs, end) -> {
          Problem problem = quota.checkOutputs(outputs);
          if (problem != null) {
            throw new ProblemException(problem.withFunction(callee.name()).withApplication(label));
          }
          completion.completed(outputs, end);
        };
    ApplicationRun applied =
        new ApplicationRun(label, application, callee, places, parts.size(), trace, checked);
    BitSet reading = callee instanceof FunctionEntry ? run.held().wantEach(parts) : new BitSet();
    for (int i = 0; i < parts.size(); i++) {
      start(applied, i, parts.get(i), reading.get(i), depth);
    }
  }

  private Entry calleeOf(Application application, String label) {
    Entry callee = registry.find(application.callee());
    if (callee == null || !callee.registered().signature().equals(application.signature())) {
      throw new ProblemException(
          Problem.of(
                  callee == null ? ProblemCode.UNKNOWN_INVOCABLE : ProblemCode.COMPOSITION_INVALID,
                  "'%s' %s since the composition was checked",
                  application.callee(),
                  callee == null ? "has been removed" : "has changed its sets")
              .withHint("check the composition again")
              .withFunction(application.callee())
              .withApplication(label));
    }
    return callee;
  }

  private List<List<DataSet>> partition(
      Application application, Entry callee, List<DataSet> inputs, String label) {
    try {
      return Partitioner.instances(
          application,
          inputs,
          minSetBytes(callee),
          node.partition(),
          node.limits().count(Limit.INVOCATION_INSTANCES));
    } catch (ProblemException e) {
      throw new ProblemException(e.problem().withFunction(callee.name()).withApplication(label), e);
    }
  }

  private static List<Long> minSetBytes(Entry callee) {
    return callee instanceof FunctionEntry function
        ? function.registered().spec().minSetBytes()
        : List.of();
  }

  private void start(
      ApplicationRun application,
      int index,
      List<DataSet> inputs,
      boolean readsContexts,
      int depth) {
    Instance instance = new Instance(application, index, inputs, System.nanoTime());
    switch (application.callee()) {
      case FunctionEntry function ->
          underWay.add(
              new ComputeTask(run, instance, function, node.compute(), source, readsContexts));
      case CommunicationEntry communication ->
          underWay.add(
              new CommunicationTask(run, instance, communication.function(), node.communication()));
      case CompositionEntry composition -> nest(composition, instance, depth);
    }
  }

  /** Starts a composition as an instance of an application at {@code depth}. */
  private void nest(CompositionEntry composition, Instance instance, int depth) {
    if (depth >= node.limits().get(Limit.COMPOSITION_DEPTH)) {
      throw new ProblemException(
          instance.locate(
              node.limits()
                  .exceeded(
                      ProblemCode.COMPOSITION_INVALID,
                      Limit.COMPOSITION_DEPTH,
                      "nesting of compositions",
                      depth + 1L)));
    }
    quota.countPlaces(composition);
    ApplicationRun application = instance.application();
    Completion completed =
        (outputs, trace) -> application.instanceCompleted(instance.index(), outputs, trace);
    GraphRun nested =
        new GraphRun(run, this, composition.plan(), depth + 1, application.readyTrace(), completed);
    run.later(() -> nested.start(instance.inputs()));
  }

  /** Gathers results for {@code reader}; null if each run has to find its code anew. */
  @Nullable Gathering gathering(FunctionEntry reader) {
    return source == InvocationRequest.CodeSource.ANY ? run.gather(reader) : null;
  }

  /**
   * Has the code of a function that will be applied soon brought to an engine that has nothing else
   * to do, if it is not in memory.
   */
  void foresee(String callee) {
    if (source == InvocationRequest.CodeSource.ANY
        && registry.find(callee) instanceof FunctionEntry function
        && !node.compute().code().holds(function.code())) {
      node.compute()
          .engines()
          .submitIfIdle(new BindAheadTask(run.info().namespace(), function, node.compute()));
    }
  }
}
