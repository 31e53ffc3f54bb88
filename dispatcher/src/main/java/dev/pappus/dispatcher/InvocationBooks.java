package dev.pappus.dispatcher;

import dev.pappus.dispatcher.InvocationResult.Failed;
import dev.pappus.dispatcher.InvocationResult.Succeeded;
import dev.pappus.model.ProblemCode;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of a node's invocations: takes those that end off the running ones, counts them,
 * remembers the latest and tells the observers. Any thread may use it.
 */
final class InvocationBooks implements RunListener {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

  private final RunningInvocations running;
  private final List<InvocationObserver> observers;
  private final AtomicLong internalErrors;
  private final RecentInvocations recent = new RecentInvocations();
  private final LongAdder received = new LongAdder();
  private final LongAdder succeeded = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder cancelled = new LongAdder();
  private final LongAdder overloaded = new LongAdder();

  /**
   * Books without an entry.
   *
   * @param internalErrors counts observers' exceptions
   */
  InvocationBooks(
      RunningInvocations running, List<InvocationObserver> observers, AtomicLong internalErrors) {
    this.running = running;
    this.observers = observers;
    this.internalErrors = internalErrors;
  }

  /** An invocation was asked for. */
  void received() {
    received.increment();
  }

  /** {@code run} is under way. */
  void started(InvocationRun run) {
    tell(observer -> observer.started(run.info()));
  }

  @Override
  public void instanceEnded(InvocationRun run, int place, InstanceReport report) {
    tell(observer -> observer.instanceEnded(run.info(), place, report));
  }

  @Override
  public void ended(InvocationRun run, InvocationResult result) {
    running.remove(run);
    switch (result.outcome()) {
      case Succeeded _ -> succeeded.increment();
      case Failed failure -> {
        failed.increment();
        if (failure.problem().code() == ProblemCode.OVERLOADED) {
          overloaded.increment();
        } else if (failure.problem().code() == ProblemCode.CANCELLED) {
          cancelled.increment();
        }
      }
    }
    recent.add(result);
    tell(observer -> observer.ended(run.target(), result));
  }

  private void tell(Consumer<InvocationObserver> event) {
    for (InvocationObserver observer : observers) {
      try {
        event.accept(observer);
      } catch (RuntimeException e) {
        internalErrors.getAndIncrement();
        LOG.error("an observer of invocations failed", e);
      }
    }
  }

  Optional<InvocationResult> recent(String id) {
    return recent.find(id);
  }

  /** The latest that ended, oldest first. */
  List<InvocationResult> recent() {
    return recent.all();
  }

  /** How many were asked for, and how many of them ended in which way. */
  Counts counts() {
    return new Counts(
        received.sum(), succeeded.sum(), failed.sum(), cancelled.sum(), overloaded.sum());
  }

  /** See {@link DispatcherStats}. */
  record Counts(long received, long succeeded, long failed, long cancelled, long overloaded) {}
}
