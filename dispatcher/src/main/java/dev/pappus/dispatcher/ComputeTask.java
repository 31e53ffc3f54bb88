package dev.pappus.dispatcher;

import dev.pappus.dispatcher.RegistrySnapshot.FunctionEntry;
import dev.pappus.dispatcher.engine.CodeCache;
import dev.pappus.dispatcher.engine.EngineTask;
import dev.pappus.dispatcher.engine.EngineWorker;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.MonotonicClock;
import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemException;
import dev.pappus.model.StartLevel;
import dev.pappus.sandbox.ComputeEngine;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.InputCollector;
import dev.pappus.sandbox.InstanceRunner;
import org.jspecify.annotations.Nullable;

/** An instance of a compute function, for an engine. */
final class ComputeTask extends EngineTask implements InstanceWork {
  /** Copying more would take too long for a thread that does other things as well. */
  private static final long SHORT_INPUT_BYTES_MAX = 1 << 20;

  /** An engine that is free needs some time to come. */
  private static final long HOME_NANOS_MIN = 1_000_000;

  /** One that does not come by then is held up. */
  private static final long HOME_NANOS_MAX = 10_000_000;

  private static final long COPIED_BYTES_PER_NANO = 2;

  private final InvocationRun run;
  private final Instance instance;
  private final FunctionEntry function;
  private final Node.Compute compute;
  private final InvocationRequest.CodeSource source;
  private final boolean readsContexts;
  private final Deadline deadline;
  private volatile @Nullable ComputeEngine runsOn;

  /** How cold attempts found it so far. One thread at a time has the task. */
  private StartLevel.Code coldest = StartLevel.Code.BOUND;

  /**
   * A task.
   *
   * @param readsContexts whether inputs are in the contexts of other instances
   */
  ComputeTask(
      InvocationRun run,
      Instance instance,
      FunctionEntry function,
      Node.Compute compute,
      InvocationRequest.CodeSource source,
      boolean readsContexts) {
    this.run = run;
    this.instance = instance;
    this.function = function;
    this.compute = compute;
    this.source = source;
    this.readsContexts = readsContexts;
    this.deadline = Deadline.at(run.deadlineNanos());
  }

  @Override
  public boolean start() {
    return compute.engines().submit(this);
  }

  @Override
  public void cancel() {
    deadline.cancel();
    compute.engines().withdraw(this);
    ComputeEngine engine = runsOn;
    if (engine != null) {
      engine.nudge();
    }
  }

  @Override
  public Instance instance() {
    return instance;
  }

  @Override
  protected Namespace namespace() {
    return run.info().namespace();
  }

  @Override
  protected long expectedNanos() {
    return function.code().expectedNanos();
  }

  @Override
  protected boolean isLong() {
    return function.code().isLong();
  }

  @Override
  protected int preferredEngine() {
    Gathering gathering = gathering();
    int engine = gathering == null ? -1 : gathering.engine();
    return engine >= 0 ? engine : function.code().lastEngine();
  }

  /** About as long as to copy what was gathered for it, which others have to. */
  @Override
  protected long homeNanos() {
    InputCollector gathered = gathered();
    return gathered == null
        ? 0
        : Math.clamp(
            gathered.context().lentBytes() / COPIED_BYTES_PER_NANO, HOME_NANOS_MIN, HOME_NANOS_MAX);
  }

  @Override
  protected void fail(Problem problem) {
    run.ended(this, Instance.End.failed(problem, instance.readyNanos()));
  }

  @Override
  protected boolean isShort() {
    return source == InvocationRequest.CodeSource.ANY
        && function.code().isShort()
        && function.spec().isAtHand()
        && ResultBudget.bytesOf(instance.inputs()) <= SHORT_INPUT_BYTES_MAX
        && gathered() == null
        && compute.code().mayShareThread(function.code());
  }

  @Override
  protected void runBriefly(EngineWorker worker, long nanos) {
    if (deadline.isCancelled()) {
      return;
    }
    long startNanos = System.nanoTime();
    CodeCache.Found found = compute.code().sharingThread(function.code(), this::hasToBeRead);
    if (found == null || !worker.has(found.function())) { // on disk, or refused by the host
      compute.engines().resubmit(this);
      return;
    }
    long openNanos = System.nanoTime(); // to open an engine takes time, once
    ComputeAttempt attempt = attempt(worker, found, startNanos, deadline.within(openNanos + nanos));
    boolean cutShort = attempt != null && attempt.wasCutShort();
    long tookNanos = System.nanoTime() - openNanos;
    boolean notEnough = cutShort && tookNanos >= nanos; // not if refused
    function.code().tookBriefly(openNanos, tookNanos, notEnough);
    if (cutShort) {
      compute.engines().resubmit(this); // not before its sandbox is wiped: it ends in one way only
    }
  }

  @Override
  protected void run(EngineWorker worker) {
    if (deadline.isCancelled()) {
      return;
    }
    long startNanos = System.nanoTime();
    switch (source) {
      case FILE -> runFromFile(worker, startNanos);
      case ANY -> {
        switch (compute.code().lookup(function.code(), this::codeLoaded)) {
          case CodeCache.Found found -> {
            var _ = attempt(worker, found, startNanos, deadline);
          }
          case CodeCache.Missing missing -> fail(missing.problem());
          case CodeCache.LoadedElsewhere _ -> {}
        }
      }
    }
  }

  /** Its code is on disk: to ask for it may have begun to change that. */
  private void hasToBeRead() {
    var _ = colder(StartLevel.Code.DISK);
  }

  private StartLevel.Code colder(StartLevel.Code found) {
    coldest = found.compareTo(coldest) > 0 ? found : coldest;
    return coldest;
  }

  /** Another engine has loaded the code, or failed to. */
  private void codeLoaded(@Nullable Problem failure) {
    if (failure != null) {
      fail(failure);
    } else if (!deadline.isCancelled()) {
      compute.engines().resubmit(this);
    }
  }

  private void runFromFile(EngineWorker worker, long startNanos) {
    CodeCache.Found found;
    try {
      found = compute.code().readAgain(function.code());
    } catch (ProblemException e) {
      fail(e.problem());
      return;
    }
    ComputeAttempt attempt = attempt(worker, found, startNanos, deadline);
    if (attempt != null) {
      attempt.engine().domain().forget(found.function());
    }
  }

  /**
   * Runs it; the attempt, or null if it failed before.
   *
   * @param until when the attempt must have ended, at the deadline or before
   */
  private @Nullable ComputeAttempt attempt(
      EngineWorker worker, CodeCache.Found code, long startNanos, Deadline until) {
    CodeCache.Found known = new CodeCache.Found(code.function(), colder(code.from()));
    FunctionSpec spec;
    ComputeEngine engine;
    try {
      spec = function.spec().load();
      engine = worker.engine(code.function());
    } catch (ProblemException e) {
      fail(e.problem());
      return null;
    }
    long foundNanos = System.nanoTime();
    runsOn = engine;
    ComputeAttempt attempt =
        new ComputeAttempt(this, worker, engine, known, until, startNanos, foundNanos);
    // The answer leaves before the wipe, for which only this engine's next task has to wait.
    new InstanceRunner(engine, MonotonicClock.SYSTEM)
        .run(code.function(), spec, instance.inputs(), until, run.limits(), attempt);
    return attempt;
  }

  // For its attempts.

  Deadline deadline() {
    return deadline;
  }

  private @Nullable Gathering gathering() {
    return instance.application().places().from();
  }

  /** What has gathered inputs of it; null if nothing has. */
  @Nullable InputCollector gathered() {
    Gathering gathering = gathering();
    return gathering == null ? null : gathering.collector();
  }

  /** Contexts in which results of its invocation stay. */
  HeldContexts held() {
    return run.held();
  }

  CopiedBytes copied() {
    return compute.copied();
  }

  /** Nobody needs its inputs any more. */
  void inputsRead() {
    if (readsContexts) {
      run.inputsRead(this);
    }
  }

  /** It kept an engine of {@code worker} busy for {@code nanos}. */
  void ranFor(EngineWorker worker, long nanos) {
    if (source == InvocationRequest.CodeSource.ANY) {
      function.code().ranOn(worker.index(), nanos);
    }
  }

  /** It has ended. */
  void ended(Instance.End end) {
    run.ended(this, end);
  }
}
