package dev.pappus.server.async;

import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.model.Namespace;
import java.util.concurrent.CompletableFuture;

/**
 * Which durable invocations count for their namespace's quota: those at work that no request waits
 * for, since such a request counts already. Any thread may use it; it takes no lock but its own.
 */
final class WorkCount {
  private final WorkQuota quota;

  WorkCount(WorkQuota quota) {
    this.quota = quota;
  }

  /** Whether the job may be worked on now; then it is at work until it {@link #leave leaves}. */
  synchronized boolean enter(DurableJob job) {
    boolean awaited = job.waiters() > 0;
    if (!awaited && !quota.enter(job.row().namespace())) {
      return false;
    }
    job.counted(!awaited);
    job.atWork(true);
    return true;
  }

  /** It is not worked on any more. */
  void leave(DurableJob job) {
    job.atWork(false);
    recount(job);
  }

  /** One more request waits for it; to be cancelled if it does so no longer. */
  CompletableFuture<InvocationResult> waiter(DurableJob job) {
    CompletableFuture<InvocationResult> waiter = job.waiter(() -> recount(job));
    recount(job);
    return waiter;
  }

  /** After a change of what {@link DurableJob#counts} depends on. */
  private synchronized void recount(DurableJob job) {
    boolean counts = job.counts();
    if (job.counted(counts) == counts) {
      return;
    }
    Namespace namespace = job.row().namespace();
    if (counts) {
      quota.take(namespace);
    } else {
      quota.leave(namespace);
    }
  }
}
