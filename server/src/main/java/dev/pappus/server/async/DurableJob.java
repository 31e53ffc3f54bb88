package dev.pappus.server.async;

import dev.pappus.dispatcher.Invocation;
import dev.pappus.dispatcher.InvocationInfo;
import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.dispatcher.store.StoredInvocation;
import dev.pappus.model.DataSet;
import dev.pappus.model.InvocationStatus;
import dev.pappus.model.TraceContext;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A durable invocation that has not ended. Any thread may use it. */
final class DurableJob {
  private final StoredInvocation row;
  private final InvocationInfo info;
  private final CompletableFuture<InvocationResult> done = new CompletableFuture<>();

  private final Map<Object, CompletableFuture<InvocationResult>> waiters =
      new ConcurrentHashMap<>();

  // Guarded by this.
  private @Nullable List<DataSet> inputs;
  private @Nullable Invocation run;
  private boolean cancelled;
  private boolean atWork;
  private boolean counted;
  private @Nullable CompletableFuture<InvocationResult> first;
  private int overloads;

  /**
   * A job.
   *
   * @param inputs its decoded request if it is at hand, else null
   */
  DurableJob(StoredInvocation row, @Nullable List<DataSet> inputs) {
    this.row = row;
    this.inputs = inputs;
    var _ = done.thenAccept(result -> waiters.values().forEach(each -> each.complete(result)));
    this.info =
        new InvocationInfo(
            row.id(),
            row.namespace(),
            row.target(),
            row.acceptedAt(),
            TraceContext.ofText(row.trace()).orElseGet(TraceContext::begin));
  }

  StoredInvocation row() {
    return row;
  }

  InvocationInfo info() {
    return info;
  }

  String id() {
    return row.id();
  }

  /** Completes with the result once that is on disk, or with what keeps it from running now. */
  CompletableFuture<InvocationResult> done() {
    return done;
  }

  /**
   * Completes as {@link #done} does; one that was cancelled leaves nothing behind here.
   *
   * @param onGone runs when it no longer waits
   */
  CompletableFuture<InvocationResult> waiter(Runnable onGone) {
    CompletableFuture<InvocationResult> waiter = new CompletableFuture<>();
    Object ticket = new Object();
    waiters.put(ticket, waiter);
    var _ =
        waiter.whenComplete((_, _) -> {
          waiters.remove(ticket);
          onGone.run();
        });
    if (done.isDone()) {
      waiter.complete(done.join());
    }
    return waiter;
  }

  /** How many wait for its end. */
  int waiters() {
    return waiters.size();
  }

  /** The inputs if they are in memory; they are not from now on. */
  synchronized @Nullable List<DataSet> takeInputs() {
    List<DataSet> taken = inputs;
    inputs = null;
    return taken;
  }

  /** It has to wait: its inputs are on disk and need no memory. */
  synchronized void dropInputs() {
    inputs = null;
  }

  /** Keeps the waiter of the request that submits it until that asks for it. */
  synchronized void keepFirst(CompletableFuture<InvocationResult> waiter) {
    first = waiter;
  }

  /** What {@link #keepFirst} kept, once. */
  synchronized @Nullable CompletableFuture<InvocationResult> takeFirst() {
    CompletableFuture<InvocationResult> taken = first;
    first = null;
    return taken;
  }

  /** Says whether it runs, or is about to, and has not ended. */
  synchronized void atWork(boolean now) {
    atWork = now;
  }

  /** Whether its namespace's quota is to count it: a request that waits for it counts already. */
  synchronized boolean counts() {
    return atWork && waiters.isEmpty() && !done.isDone();
  }

  /** Says whether its namespace's quota counts it; returns what was said before. */
  synchronized boolean counted(boolean now) {
    boolean before = counted;
    counted = now;
    return before;
  }

  synchronized boolean isCancelled() {
    return cancelled;
  }

  synchronized int overloaded() {
    return ++overloads;
  }

  synchronized InvocationStatus status() {
    return run == null ? InvocationStatus.QUEUED : InvocationStatus.RUNNING;
  }

  /** It runs as {@code invocation}, or not any more if null. */
  void running(@Nullable Invocation invocation) {
    boolean stop;
    synchronized (this) {
      run = invocation;
      stop = cancelled;
    }
    if (stop && invocation != null) {
      invocation.cancel();
    }
  }

  /** Remembers the wish; returns whether it runs, and so will end by itself. */
  boolean cancel() {
    Invocation under;
    synchronized (this) {
      cancelled = true;
      under = run;
    }
    if (under != null) {
      under.cancel();
    }
    return under != null;
  }
}
