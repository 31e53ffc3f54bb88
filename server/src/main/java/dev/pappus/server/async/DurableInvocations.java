package dev.pappus.server.async;

import dev.pappus.dispatcher.Invocation;
import dev.pappus.dispatcher.InvocationInfo;
import dev.pappus.dispatcher.InvocationRequest;
import dev.pappus.dispatcher.InvocationRequest.Options;
import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.dispatcher.store.InvocationStore;
import dev.pappus.dispatcher.store.InvocationStore.Accepted;
import dev.pappus.dispatcher.store.StoredInvocation;
import dev.pappus.model.InvocationStatus;
import dev.pappus.model.Limits;
import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.TraceContext;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The durable queue: an invocation is accepted once its request is on disk, runs at least once, and
 * has ended once its one result is on disk. Few run at a time, so that others are not starved;
 * namespaces take turns; what the dispatcher has no room for waits here. Any thread may use it; the
 * opener closes it.
 */
public final class DurableInvocations implements AutoCloseable {
  private final Settings settings;
  private final InvocationStore store;
  private final WorkCount count;
  private final JobScheduler scheduler;
  private final JobRunner runner;
  private final Map<String, DurableJob> live = new ConcurrentHashMap<>();
  private volatile Consumer<StoredInvocation> onEnded = _ -> {};

  /**
   * What it is made of.
   *
   * @param store keeps everything; closed by its opener
   * @param invoke starts an invocation, returns at once
   * @param newId names a new one
   * @param underWayMax how many run at a time
   * @param quota what namespaces may do at the same time
   * @param limits the node's
   */
  public record Settings(
      InvocationStore store,
      Function<InvocationRequest, Invocation> invoke,
      Supplier<String> newId,
      int underWayMax,
      WorkQuota quota,
      Limits limits) {}

  /** Takes up what an earlier process accepted and did not end. */
  public DurableInvocations(Settings settings) {
    this.settings = settings;
    this.store = settings.store();
    this.count = new WorkCount(settings.quota());
    this.scheduler = new JobScheduler(settings.underWayMax(), count, this::run);
    this.runner = new JobRunner(settings, scheduler, this::stored);
    for (StoredInvocation row : store.unfinished()) {
      DurableJob job = new DurableJob(row, null);
      live.put(job.id(), job);
      scheduler.add(job);
    }
  }

  private void run(DurableJob job) {
    runner.run(job);
  }

  /** Begins to run; {@code listener} hears of each invocation that has ended, must not block. */
  public void start(Consumer<StoredInvocation> listener) {
    onEnded = listener;
    scheduler.start();
  }

  /**
   * What is asked for.
   *
   * @param request of a named target
   * @param key idempotency key, or null
   * @param callbackUrl where the result is to be sent, or null
   * @param awaited whether whoever submits it will ask for its {@link #result} and wait
   */
  public record Submission(
      InvocationRequest request,
      @Nullable String key,
      @Nullable String callbackUrl,
      boolean awaited) {}

  /**
   * Accepts an invocation; blocks for as long as copying its inputs takes, not for the disk.
   *
   * @return completes when it is on disk; fails with OVERLOADED, IDEMPOTENCY_MISMATCH,
   *     STORAGE_FAILED or SHUTTING_DOWN
   */
  public CompletionStage<Accepted> accept(Submission submission) {
    InvocationRequest request = submission.request();
    Options options = request.options();
    byte[] document = InvocationCodec.request(request.inputs());
    TraceContext trace = options.trace();
    String given = options.id();
    StoredInvocation row =
        new StoredInvocation(
            given == null ? settings.newId().get() : given,
            options.namespace(),
            request.target().name(),
            Instant.ofEpochMilli(System.currentTimeMillis()),
            options.timeoutNanos(),
            (trace == null ? TraceContext.begin() : trace).toText(),
            InvocationStatus.QUEUED,
            0,
            null,
            document.length,
            0,
            submission.callbackUrl() == null ? null : pending(submission.callbackUrl()));
    DurableJob job = new DurableJob(row, request.inputs());
    String fingerprint = submission.key() == null ? "" : Fingerprint.of(request);
    if (submission.awaited()) {
      job.keepFirst(count.waiter(job)); // before it can run, which must not count then
    }
    live.put(job.id(), job); // before it is on disk: whoever repeats its key waits for it here
    return store
        .accept(new InvocationStore.Request(row, document, submission.key(), fingerprint))
        .whenComplete((accepted, failure) -> {
          if (accepted == null || failure != null || accepted.replayed()) {
            live.remove(job.id());
            // To whoever found it in between.
            job.done().complete(JobRunner.failed(job, JobRunner.cancelled()));
          } else {
            scheduler.submit(job);
          }
        });
  }

  private static StoredInvocation.Callback pending(String url) {
    return new StoredInvocation.Callback(
        url, StoredInvocation.Delivery.PENDING, 0, Instant.EPOCH, null);
  }

  /** How often in a row a result could not be stored; 0 if the last one could. */
  public int storageFaults() {
    return scheduler.storageFaults();
  }

  private void stored(DurableJob job, InvocationResult result) {
    live.remove(job.id()); // first: whoever is told looks at the store
    job.done().complete(result);
    onEnded.accept(job.row());
  }

  /** An invocation that has not ended. */
  Optional<DurableJob> live(String id) {
    return Optional.ofNullable(live.get(id));
  }

  /** Every invocation that has not ended. */
  Collection<DurableJob> live() {
    return live.values();
  }

  /** How many wait or run. */
  public int unfinished() {
    return live.size();
  }

  /**
   * The result of an accepted invocation, when there is one. Blocks for the disk.
   *
   * @return to be cancelled by whoever waits no longer; fails with RESULT_GONE if it is not kept
   *     any more, UNKNOWN_INVOCATION if there is no such one
   */
  public CompletableFuture<InvocationResult> result(String id) {
    DurableJob job = live.get(id);
    if (job == null) {
      return CompletableFuture.completedFuture(kept(id));
    }
    CompletableFuture<InvocationResult> first = job.takeFirst();
    return first == null ? count.waiter(job) : first;
  }

  /** The result of an invocation that has ended. */
  InvocationResult kept(String id) {
    StoredInvocation row = store.find(id).orElseThrow(() -> InvocationHistory.unknown(id));
    Optional<byte[]> report = store.report(id);
    Optional<byte[]> outputs = store.outputs(id);
    if (report.isEmpty() || outputs.isEmpty()) {
      throw InvocationHistory.gone(id);
    }
    return InvocationCodec.result(infoOf(row), report.get(), outputs.get());
  }

  static InvocationInfo infoOf(StoredInvocation row) {
    return new DurableJob(row, null).info();
  }

  /**
   * Cancels one that has not ended.
   *
   * @return completes when that is on disk; empty if there is none, or it has ended
   */
  Optional<CompletionStage<InvocationResult>> cancel(String id, Namespace namespace) {
    DurableJob job = live.get(id);
    if (job == null || !job.row().namespace().equals(namespace)) {
      return Optional.empty();
    }
    if (scheduler.cancel(job)) {
      runner.endCancelled(job);
    }
    return Optional.of(job.done());
  }

  /** Starts nothing any more; what waits stays on disk. */
  public void stop() {
    scheduler.stop();
  }

  /**
   * After the dispatcher has ended: waits until what it ended has been handed to the store.
   *
   * @param nanos at most so long
   */
  public void drain(long nanos) {
    scheduler.drain(nanos);
  }

  /** After the dispatcher has ended: tells those who still wait that the node stops. */
  @Override
  public void close() {
    stop();
    Problem problem =
        Problem.of(
                ProblemCode.SHUTTING_DOWN,
                "the node is stopping; the invocation is kept and goes on when it is back")
            .withHint("ask for it at /v1/invocations/ID, or send the request again with its key");
    live.values().forEach(job -> job.done().complete(JobRunner.failed(job, problem)));
  }
}
