package dev.pappus.dispatcher;

import dev.pappus.dispatcher.ApplicationRun.Completion;
import dev.pappus.dispatcher.InvocationResult.Failed;
import dev.pappus.dispatcher.InvocationResult.Outcome;
import dev.pappus.dispatcher.InvocationResult.Succeeded;
import dev.pappus.dispatcher.RegistrySnapshot.CommunicationEntry;
import dev.pappus.dispatcher.RegistrySnapshot.CompositionEntry;
import dev.pappus.dispatcher.RegistrySnapshot.Entry;
import dev.pappus.dispatcher.RegistrySnapshot.FunctionEntry;
import dev.pappus.dispatcher.engine.Timeouts;
import dev.pappus.language.Application;
import dev.pappus.language.OutputMerge;
import dev.pappus.language.Partitioner;
import dev.pappus.model.DataSet;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.StartLevel;
import dev.pappus.model.TraceContext;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of one invocation. Whatever happens to it (an instance ends, it is cancelled, its time
 * is up) is put into its mailbox; the thread that finds the mailbox unattended works it off. So its
 * state has one owner at a time, no thread waits for it, and none holds a lock.
 */
final class InvocationRun implements Invocation {
  private static final Logger LOG = LoggerFactory.getLogger(InvocationRun.class);
  private static final int REPORTS_MAX = 1000;

  private final InvocationInfo info;
  private final InvocationTarget asked;
  private final Node node;
  private final RegistrySnapshot registry;
  private final InvocationRequest.CodeSource source;
  private final long wallNanos;
  private final RunListener listener;
  private final long acceptedNanos = System.nanoTime();
  private final long deadlineNanos;
  private final CompletableFuture<InvocationResult> future = new CompletableFuture<>();

  private final Queue<Runnable> mailbox = new ConcurrentLinkedQueue<>();
  private final AtomicInteger unattended = new AtomicInteger();

  // Below: whoever attends the mailbox.
  private final Queue<Runnable> agenda = new ArrayDeque<>();
  private final Set<InstanceWork> underWay = Collections.newSetFromMap(new IdentityHashMap<>(1));
  private final List<InstanceReport> reports = new ArrayList<>();
  private @Nullable StartLevel coldestStart;
  private Timeouts.@Nullable Timeout timeout;
  private final InvocationQuota quota;
  private final LogTails logs = new LogTails();
  private final StartWindow window = new StartWindow();
  private boolean ended;

  /**
   * An invocation that sees {@code registry}.
   *
   * @param listener told of the result before its caller is
   */
  InvocationRun(
      String id,
      Node node,
      RegistrySnapshot registry,
      InvocationRequest request,
      RunListener listener) {
    this.node = node;
    this.registry = registry;
    this.asked = request.target();
    this.source = request.options().code();
    TraceContext trace = request.options().trace();
    this.info =
        new InvocationInfo(
            id,
            request.options().namespace(),
            request.target().name(),
            Instant.now(),
            trace == null ? TraceContext.begin() : trace);
    this.wallNanos =
        Math.min(node.limits().get(Limit.INVOCATION_WALL), request.options().timeoutNanos());
    this.listener = listener;
    this.quota = new InvocationQuota(node.limits(), node.results());
    this.deadlineNanos = acceptedNanos + wallNanos;
  }

  @Override
  public String id() {
    return info.id();
  }

  @Override
  public InvocationInfo info() {
    return info;
  }

  @Override
  public CompletionStage<InvocationResult> result() {
    return future.minimalCompletionStage();
  }

  @Override
  public CompletionStage<List<InstanceReport>> instances() {
    CompletableFuture<List<InstanceReport>> told = new CompletableFuture<>();
    post(() -> told.complete(List.copyOf(reports)));
    return told.minimalCompletionStage();
  }

  @Override
  public void cancel() {
    fail(
        Problem.of(ProblemCode.CANCELLED, "the invocation was cancelled")
            .withHint("nothing needs to be done; invoke it again for its result"));
  }

  /** Ends it with {@code problem}, unless it has ended. Any thread. */
  void fail(Problem problem) {
    post(() -> end(new Failed(problem.withNode(node.name())), Trace.startingAt(acceptedNanos)));
  }

  long deadlineNanos() {
    return deadlineNanos;
  }

  @Override
  public InvocationTarget target() {
    return asked;
  }

  Limits limits() {
    return node.limits();
  }

  void countInternalError() {
    node.internalErrors().getAndIncrement();
  }

  /**
   * Runs what {@code admission} finds on {@code inputs}.
   *
   * @param admission checks that inputs fit; what it throws is the result
   */
  void start(Supplier<Entry> admission, List<DataSet> inputs) {
    post(() -> {
      if (ended) {
        return; // failed by the node's end before it began
      }
      Entry target = admission.get();
      armTimer();
      Trace trace = Trace.startingAt(acceptedNanos);
      Completion done = (outputs, end) -> succeed(target, outputs, end);
      switch (target) {
        case FunctionEntry function -> startDirectly(function, inputs, trace, done);
        case CompositionEntry composition ->
            new GraphRun(this, composition.plan(), 1, trace, done).start(inputs);
        case CommunicationEntry communication ->
            throw new ProblemException(
                Problem.of(
                        ProblemCode.COMMUNICATION_DIRECT,
                        "'%s' can only be used inside a composition",
                        communication.name())
                    .withHint("write a composition that applies it, and invoke that")
                    .withFunction(communication.name()));
      }
    });
  }

  private void startDirectly(
      FunctionEntry function, List<DataSet> inputs, Trace trace, Completion done) {
    List<DataSet> all = new ArrayList<>(function.registered().spec().inputs().size());
    for (int i = 0; i < function.registered().spec().inputs().size(); i++) {
      all.add(i < inputs.size() ? sorted(inputs.get(i)) : DataSet.empty(""));
    }
    ApplicationRun application = new ApplicationRun(null, null, function, 1, trace, done);
    quota.countInstances(function, 1);
    startInstance(application, 0, all, 0);
  }

  private static DataSet sorted(DataSet set) {
    return OutputMerge.merge(set.name(), List.of(set));
  }

  private void armTimer() {
    timeout = node.timeouts().after(wallNanos, () -> post(this::timeIsUp));
  }

  private void timeIsUp() {
    boolean lowered = wallNanos < node.limits().get(Limit.INVOCATION_WALL);
    Problem problem =
        Problem.of(
                ProblemCode.INVOCATION_DEADLINE,
                "the invocation took longer than %s (%s); %d instances were not done",
                Limit.INVOCATION_WALL.format(wallNanos),
                lowered ? "its caller's wish" : "limits." + Limit.INVOCATION_WALL.key(),
                underWay.size() + window.held())
            .withHint(
                "see which instances were slow, give it less work at a time, or "
                    + (lowered ? "allow it more" : "raise limits." + Limit.INVOCATION_WALL.key()))
            .withNode(node.name());
    Iterator<InstanceWork> undone = underWay.iterator();
    Problem located = undone.hasNext() ? undone.next().instance().locate(problem) : problem;
    end(new Failed(located), Trace.startingAt(acceptedNanos));
  }

  // The mailbox.

  private void post(Runnable event) {
    mailbox.add(event);
    if (unattended.getAndIncrement() == 0) {
      int handled = 1;
      do {
        for (int i = 0; i < handled; i++) {
          handleSafely(mailbox.remove());
        }
        handled = unattended.addAndGet(-handled);
      } while (handled > 0);
    }
  }

  /** Whatever is thrown, the mailbox stays attended: an event left in it would be lost. */
  private void handleSafely(Runnable event) {
    try {
      handle(event);
    } catch (RuntimeException | Error e) {
      reportUnexpected(e);
    }
  }

  private void reportUnexpected(Throwable e) {
    countInternalError();
    LOG.atError()
        .addKeyValue("invocation_id", info.id())
        .addKeyValue("trace_id", info.trace().traceId())
        .addKeyValue("function", info.target())
        .setCause(e)
        .log("invocation {} met an unexpected exception", info.id());
  }

  private void handle(Runnable event) {
    try {
      event.run();
      for (Runnable next = agenda.poll(); next != null && !ended; next = agenda.poll()) {
        next.run();
      }
    } catch (ProblemException e) {
      end(new Failed(e.problem().withNode(node.name())), Trace.startingAt(acceptedNanos));
    } catch (RuntimeException | Error e) {
      reportUnexpected(e);
      Problem problem =
          Problem.of(ProblemCode.INTERNAL, "the dispatcher met an unexpected %s", e)
              .withHint("please report this with the node's log of this moment");
      end(new Failed(problem.withNode(node.name())), Trace.startingAt(acceptedNanos));
    }
  }

  /** Does {@code step} soon, on this thread; instead of a call that could nest without bound. */
  void later(Runnable step) {
    agenda.add(step);
  }

  // Applications and instances.

  /** Applies a statement's callee to sets that are all there. */
  void apply(
      String composition,
      Application application,
      List<DataSet> inputs,
      int depth,
      Trace trace,
      Completion completion) {
    String label = composition + "/" + application.index() + ":" + application.callee();
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
    List<List<DataSet>> parts;
    try {
      parts =
          Partitioner.instances(
              application,
              inputs,
              minSetBytes(callee),
              node.partition(),
              node.limits().count(Limit.INVOCATION_INSTANCES));
    } catch (ProblemException e) {
      throw new ProblemException(e.problem().withFunction(callee.name()).withApplication(label), e);
    }
    quota.countInstances(callee, parts.size());
    if (parts.isEmpty()) {
      List<DataSet> nothing =
          callee.registered().signature().outputs().stream().map(DataSet::empty).toList();
      later(() -> completion.completed(nothing, trace));
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
        new ApplicationRun(label, application, callee, parts.size(), trace, checked);
    for (int i = 0; i < parts.size() && !ended; i++) {
      startInstance(applied, i, parts.get(i), depth);
    }
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
          .submitIfIdle(new BindAheadTask(info.namespace(), function, node.compute()));
    }
  }

  private static List<Long> minSetBytes(Entry callee) {
    return callee instanceof FunctionEntry function
        ? function.registered().spec().minSetBytes()
        : List.of();
  }

  private void startInstance(
      ApplicationRun application, int index, List<DataSet> inputs, int depth) {
    Instance instance = new Instance(application, index, inputs, System.nanoTime());
    switch (application.callee()) {
      case FunctionEntry function -> {
        ComputeTask task = computeTask(instance, function);
        if (window.admits(task)) {
          startWork(task);
        }
      }
      case CommunicationEntry communication ->
          startWork(
              new CommunicationTask(
                  this, instance, communication.function(), node.communication()));
      case CompositionEntry composition -> {
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
        Completion completed =
            (outputs, trace) -> application.instanceCompleted(index, outputs, trace);
        GraphRun nested =
            new GraphRun(this, composition.plan(), depth + 1, application.readyTrace(), completed);
        later(() -> nested.start(inputs));
      }
    }
  }

  private ComputeTask computeTask(Instance instance, FunctionEntry function) {
    return new ComputeTask(this, instance, function, node.compute(), source);
  }

  private void startWork(InstanceWork work) {
    if (!tryStart(work)) {
      long limit = node.limits().get(Limit.COMPUTE_QUEUE);
      throw new ProblemException(
          work.instance()
              .locate(
                  Problem.of(
                          ProblemCode.OVERLOADED,
                          "no room for another ready instance of namespace '%s': its share of %d"
                              + " places for waiting ones is taken (limits.%s)",
                          info.namespace(),
                          limit,
                          Limit.COMPUTE_QUEUE.key())
                      .withHint("try again a little later, or with less parallel work")));
    }
  }

  private boolean tryStart(InstanceWork work) {
    underWay.add(work);
    boolean started = work.start();
    if (!started) {
      underWay.remove(work);
    }
    return started;
  }

  /** Starts what was held back; what finds no room waits for the next of ours to end. */
  private void startHeld() {
    for (ComputeTask next = window.next(); next != null && !ended; next = window.next()) {
      if (underWay.isEmpty()) {
        startWork(next);
      } else if (!tryStart(next)) {
        window.putBack(next);
        return;
      }
    }
  }

  /** An instance has ended. Any thread. */
  void ended(InstanceWork work, Instance.End end) {
    post(() -> instanceEnded(work, end));
  }

  private void instanceEnded(InstanceWork work, Instance.End end) {
    if (ended || !underWay.remove(work)) {
      return;
    }
    Instance instance = work.instance();
    Problem problem = end.problem();
    if (problem == null) {
      problem = quota.checkOutputs(end.outputs());
    }
    if (problem == null) {
      problem = quota.hold(ResultBudget.bytesOf(end.outputs()));
    }
    report(instance, end, problem);
    StartLevel start = end.start();
    if (start != null) {
      coldestStart = coldestStart == null ? start : StartLevel.colder(coldestStart, start);
    }
    ApplicationRun application = instance.application();
    Trace trace = application.readyTrace().then(end.phases(), end.endNanos());
    if (problem != null) {
      end(new Failed(instance.locate(problem).withNode(node.name())), trace);
    } else {
      application.instanceCompleted(instance.index(), end.outputs(), trace);
      if (work instanceof ComputeTask) {
        window.ended();
      }
      startHeld();
    }
  }

  private void report(Instance instance, Instance.End end, @Nullable Problem problem) {
    int place = reports.size();
    if (place == REPORTS_MAX) {
      return;
    }
    InstanceReport report =
        instance.report(
            acceptedNanos,
            end.start(),
            end.phases(),
            problem == null ? null : problem.code(),
            logs.of(instance, end, problem));
    reports.add(report);
    if (instance.application().label() != null) { // else it ends with its invocation
      listener.instanceEnded(this, place, report);
    }
  }

  // The end.

  private void succeed(Entry target, List<DataSet> outputs, Trace trace) {
    Problem problem = quota.checkOutputs(outputs);
    if (problem != null) {
      end(new Failed(problem.withFunction(target.name()).withNode(node.name())), trace);
      return;
    }
    List<String> names = target.registered().signature().outputs();
    List<OutputSet> named = new ArrayList<>(names.size());
    for (int i = 0; i < names.size(); i++) {
      DataSet set = outputs.get(i);
      String producer = set.name().isEmpty() ? names.get(i) : set.name();
      named.add(new OutputSet(names.get(i), producer, set.items()));
    }
    end(new Succeeded(named), trace);
  }

  private void end(Outcome outcome, Trace trace) {
    if (ended) {
      return;
    }
    ended = true;
    attempt(this::letGo);
    InvocationResult result =
        new InvocationResult(
            info, outcome, trace.phases(acceptedNanos, System.nanoTime()), coldestStart, reports);
    attempt(() -> listener.ended(this, result));
    future.complete(result);
  }

  private void letGo() {
    Timeouts.Timeout armed = timeout;
    if (armed != null) {
      armed.cancel();
    }
    agenda.clear();
    window.clear();
    underWay.forEach(work -> attempt(work::cancel));
    underWay.clear();
    quota.release();
  }

  /** Does {@code step}; nothing that it throws may keep the caller from its result. */
  private void attempt(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      reportUnexpected(e);
    }
  }
}
