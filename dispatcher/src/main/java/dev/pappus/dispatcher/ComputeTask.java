package dev.pappus.dispatcher;

import dev.pappus.dispatcher.RegistrySnapshot.FunctionEntry;
import dev.pappus.dispatcher.engine.CodeCache;
import dev.pappus.dispatcher.engine.EngineTask;
import dev.pappus.dispatcher.engine.EngineWorker;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.MonotonicClock;
import dev.pappus.model.Namespace;
import dev.pappus.model.Phases;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.StartLevel;
import dev.pappus.sandbox.ComputeEngine;
import dev.pappus.sandbox.Context;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.InstanceResult;
import dev.pappus.sandbox.InstanceRunner;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.SealedContext;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** An instance of a compute function, for an engine. */
final class ComputeTask extends EngineTask implements InstanceWork {
  /** Copying more would take too long for a thread that does other things as well. */
  private static final long SHORT_INPUT_BYTES_MAX = 1 << 20;

  private final InvocationRun run;
  private final Instance instance;
  private final FunctionEntry function;
  private final Node.Compute compute;
  private final InvocationRequest.CodeSource source;
  private final boolean readsContexts;
  private final Deadline deadline;
  private volatile @Nullable ComputeEngine runsOn;

  /** Whether an attempt ended before the instance had to; its thread's alone. */
  private boolean cutShort;

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
  protected int preferredEngine() {
    return function.code().lastEngine();
  }

  @Override
  protected void fail(Problem problem) {
    run.ended(this, Instance.End.failed(problem, instance.readyNanos()));
  }

  @Override
  protected boolean isShort() {
    return source == InvocationRequest.CodeSource.ANY
        && function.code().isShort()
        && ResultBudget.bytesOf(instance.inputs()) <= SHORT_INPUT_BYTES_MAX
        && compute.code().readyToShareThread(function.code()) != null;
  }

  @Override
  protected void runBriefly(EngineWorker worker, long nanos) {
    if (deadline.isCancelled()) {
      return;
    }
    long startNanos = System.nanoTime();
    PreparedFunction ready = compute.code().readyToShareThread(function.code());
    if (ready == null || !worker.has(ready)) { // evicted meanwhile, or refused by the host
      compute.engines().resubmit(this);
      return;
    }
    var found = new CodeCache.Found(ready, StartLevel.Code.LOADED);
    var _ = finish(worker, found, startNanos, deadline.within(startNanos + nanos));
    function.code().tookBriefly(System.nanoTime() - startNanos);
    if (cutShort) { // not before its sandbox is wiped: it ends in one way only
      cutShort = false;
      compute.engines().resubmit(this);
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
            var _ = finish(worker, found, startNanos, deadline);
          }
          case CodeCache.Missing missing -> fail(missing.problem());
          case CodeCache.LoadedElsewhere _ -> {}
        }
      }
    }
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
    ComputeEngine engine = finish(worker, found, startNanos, deadline);
    if (engine != null) {
      engine.domain().forget(found.function());
    }
  }

  /**
   * Runs it; the engine that did, or null if it failed before.
   *
   * @param until when this attempt must have ended, at the deadline or before
   */
  private @Nullable ComputeEngine finish(
      EngineWorker worker, CodeCache.Found code, long startNanos, Deadline until) {
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
    // The answer leaves before the wipe, for which only this engine's next task has to wait.
    new InstanceRunner(engine, MonotonicClock.SYSTEM)
        .run(
            code.function(),
            spec,
            instance.inputs(),
            until,
            run.limits(),
            new Receiver(worker, code, until, startNanos, foundNanos));
    return engine;
  }

  private final class Receiver implements InstanceRunner.Receiver {
    private final EngineWorker worker;
    private final CodeCache.Found code;
    private final Deadline until;
    private final long startNanos;
    private final long foundNanos;

    /** Whether it has a place for a sealed context, which it may not need. */
    private boolean hasPlace;

    Receiver(
        EngineWorker worker,
        CodeCache.Found code,
        Deadline until,
        long startNanos,
        long foundNanos) {
      this.worker = worker;
      this.code = code;
      this.until = until;
      this.startNanos = startNanos;
      this.foundNanos = foundNanos;
    }

    /** Whether the instance may begin again, for which it would need its inputs. */
    private boolean isAttempt() {
      return until != deadline;
    }

    @Override
    public BitSet staying() {
      BitSet staying = instance.application().staying();
      hasPlace = !staying.isEmpty() && run.held().tryTakePlace();
      return hasPlace ? staying : new BitSet();
    }

    @Override
    public void inputsRead() {
      if (readsContexts && !isAttempt()) {
        run.inputsRead(ComputeTask.this);
      }
    }

    @Override
    public void received(InstanceResult result) {
      if (hasPlace && result.sealed() == null) {
        run.held().returnPlace();
      }
      countCopies(result);
      cutShort = wasCutShort(result);
      if (cutShort) {
        return;
      }
      if (readsContexts && isAttempt()) {
        run.inputsRead(ComputeTask.this);
      }
      ended(worker, code, result, startNanos, foundNanos);
    }

    /** Whether its attempt ended before the instance had to; not by a timeout of its own. */
    private boolean wasCutShort(InstanceResult result) {
      return isAttempt()
          && result.problem() != null
          && result.problem().code() == ProblemCode.INVOCATION_DEADLINE
          && !deadline.hasPassed(System.nanoTime());
    }
  }

  private void ended(
      EngineWorker worker,
      CodeCache.Found code,
      InstanceResult result,
      long startNanos,
      long foundNanos) {
    if (source == InvocationRequest.CodeSource.ANY) {
      function.code().ranOn(worker.index(), System.nanoTime() - startNanos);
    }
    Phases phases =
        new Phases(
            startNanos - instance.readyNanos(),
            foundNanos - startNanos + result.loadNanos(),
            result.runNanos(),
            result.replyNanos(),
            foundNanos - startNanos + result.bindNanos(),
            result.enterNanos());
    run.ended(
        this,
        new Instance.End(
            result.outputs(),
            result.sealed(),
            result.problem(),
            result.printed(),
            startLevel(code.from(), result.warmth()),
            phases,
            System.nanoTime()));
  }

  private void countCopies(InstanceResult result) {
    if (result.warmth() != null) { // else there was no context to write to
      compute.copied().in().add(ResultBudget.bytesOf(instance.inputs()));
    }
    SealedContext sealed = result.sealed();
    long lent = sealed == null ? 0 : sealed.lentBytes();
    compute.copied().out().add(ResultBudget.bytesOf(result.outputs()) - lent);
  }

  private static @Nullable StartLevel startLevel(
      StartLevel.Code from, Context.@Nullable Warmth warmth) {
    if (warmth == null) {
      return null;
    }
    boolean bound = warmth.bound() && from == StartLevel.Code.LOADED;
    return new StartLevel(bound ? StartLevel.Code.BOUND : from, warmth.freshSandbox());
  }
}
