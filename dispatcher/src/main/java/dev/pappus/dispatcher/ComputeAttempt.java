package dev.pappus.dispatcher;

import dev.pappus.dispatcher.engine.CodeCache;
import dev.pappus.dispatcher.engine.EngineWorker;
import dev.pappus.model.Phases;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.StartLevel;
import dev.pappus.sandbox.ComputeEngine;
import dev.pappus.sandbox.Context;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.InputCollector;
import dev.pappus.sandbox.InstanceResult;
import dev.pappus.sandbox.InstanceRunner;
import dev.pappus.sandbox.SealedContext;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * A task's run in a sandbox, from the code that was found to what becomes of the result. It may be
 * cut short, and leave the task to another attempt. Belongs to its engine's thread.
 */
final class ComputeAttempt implements InstanceRunner.Receiver {
  private final ComputeTask task;
  private final EngineWorker worker;
  private final ComputeEngine engine;
  private final CodeCache.Found code;
  private final Deadline until;
  private final long startNanos;
  private final long foundNanos;

  /** Whether it has a place for a sealed context, which it may not need. */
  private boolean hasPlace;

  private boolean cutShort;

  /**
   * An attempt on {@code engine}, which is {@code worker}'s.
   *
   * @param until when it must have ended: at the task's deadline, or before if it may be cut short
   * @param startNanos when an engine took the task
   * @param foundNanos when code and engine had been found
   */
  ComputeAttempt(
      ComputeTask task,
      EngineWorker worker,
      ComputeEngine engine,
      CodeCache.Found code,
      Deadline until,
      long startNanos,
      long foundNanos) {
    this.task = task;
    this.worker = worker;
    this.engine = engine;
    this.code = code;
    this.until = until;
    this.startNanos = startNanos;
    this.foundNanos = foundNanos;
  }

  /** What runs it. */
  ComputeEngine engine() {
    return engine;
  }

  /** Whether it ended before the instance had to, so that the task has not ended with it. */
  boolean wasCutShort() {
    return cutShort;
  }

  /** Whether the instance may begin again, for which it would need its inputs. */
  private boolean mayBeCutShort() {
    return until != task.deadline();
  }

  @Override
  public @Nullable InputCollector inputsCollector() {
    return mayBeCutShort() ? null : task.gathered();
  }

  @Override
  public BitSet computing() {
    return application().places().staying();
  }

  @Override
  public @Nullable InputCollector outputsCollector(SealedContext own) {
    Gathering gathering = application().places().into();
    int instances = application().instances();
    return gathering == null || instances == 1 ? null : gathering.collector(worker, own, instances);
  }

  @Override
  public boolean mayHoldOneMore() {
    hasPlace = task.held().tryTakePlace();
    return hasPlace;
  }

  private ApplicationRun application() {
    return task.instance().application();
  }

  @Override
  public void inputsRead() {
    if (!mayBeCutShort()) {
      task.inputsRead();
    }
  }

  @Override
  public void received(InstanceResult result) {
    if (hasPlace && result.sealed() == null) {
      task.held().returnPlace();
    }
    cutShort = endedTooEarly(result);
    if (cutShort) {
      return;
    }
    countCopies(result);
    if (mayBeCutShort()) {
      task.inputsRead();
    }
    if (result.warmth() != null) { // else nothing has run
      task.ranFor(worker, System.nanoTime() - startNanos);
    }
    task.ended(endOf(result));
  }

  /**
   * Whether it ended before the instance had to: not by a timeout of its own, or because there was
   * no sandbox on a thread that cannot wait long for one.
   */
  private boolean endedTooEarly(InstanceResult result) {
    if (!mayBeCutShort()
        || result.problem() == null
        || task.deadline().hasPassed(System.nanoTime())) {
      return false;
    }
    ProblemCode code = result.problem().code();
    return code == ProblemCode.INVOCATION_DEADLINE || code == ProblemCode.SANDBOX_UNAVAILABLE;
  }

  private void countCopies(InstanceResult result) {
    CopiedBytes copied = task.copied();
    if (result.warmth() != null) { // else there was no context to write to
      copied.in().add(ResultBudget.bytesOf(task.instance().inputs()) - inPlaceBytes());
    }
    long lent = result.sealed() == null ? 0 : SealedContext.bytesIn(result.outputs());
    copied.in().add(hasPlace ? 0 : lent); // else they are its readers' already
    copied.out().add(ResultBudget.bytesOf(result.outputs()) - lent);
  }

  /** Bytes of its inputs that were where it ran before it did. */
  private long inPlaceBytes() {
    InputCollector collector = inputsCollector();
    return collector != null && collector.wasTaken() ? collector.context().lentBytes() : 0;
  }

  private Instance.End endOf(InstanceResult result) {
    Phases phases =
        new Phases(
            startNanos - task.instance().readyNanos(),
            foundNanos - startNanos + result.loadNanos(),
            result.runNanos(),
            result.replyNanos(),
            foundNanos - startNanos + result.bindNanos(),
            result.enterNanos());
    return new Instance.End(
        result.outputs(),
        result.sealed(),
        result.problem(),
        result.printed(),
        startLevel(code.from(), result.warmth()),
        phases,
        System.nanoTime());
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
