package dev.pappus.server.async;

import dev.pappus.dispatcher.Invocation;
import dev.pappus.dispatcher.InvocationInfo;
import dev.pappus.dispatcher.InvocationRequest;
import dev.pappus.dispatcher.InvocationRequest.Options;
import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.dispatcher.InvocationResult.Failed;
import dev.pappus.dispatcher.InvocationTarget;
import dev.pappus.dispatcher.store.InvocationStore;
import dev.pappus.dispatcher.store.InvocationStore.Accepted;
import dev.pappus.dispatcher.store.StoredInvocation;
import dev.pappus.model.DataSet;
import dev.pappus.model.InvocationStatus;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Namespace;
import dev.pappus.model.Phases;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.TraceContext;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The durable queue: an invocation is accepted once its request is on disk, runs at least once, and
 * has ended once its one result is on disk. Few run at a time, so that others are not starved;
 * namespaces take turns; what the dispatcher has no room for waits here. Any thread may use it; the
 * opener closes it.
 */
public final class DurableInvocations implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DurableInvocations.class);

  /** A node that ends so often in the middle of an invocation is taken to end because of it. */
  private static final int STARTS_MAX = 5;

  /** Requests end without telling us, and with them what their namespace's quota counts. */
  private static final long QUOTA_LOOK_MILLIS = 10;

  private static final long RETRY_MILLIS_MIN = 50;
  private static final long RETRY_MILLIS_MAX = 5_000;

  /** A full disk is seldom emptied within seconds, and what cannot be kept has run in vain. */
  private static final long STORAGE_RETRY_MILLIS_MAX = 60_000;

  private final Settings settings;
  private final InvocationStore store;
  private final WorkCount count;
  private final Map<String, DurableJob> live = new ConcurrentHashMap<>();
  private final ScheduledThreadPoolExecutor timer;
  private final long underWayBytesMax;
  private volatile Consumer<StoredInvocation> onEnded = _ -> {};

  // Guarded by queue.
  private final JobQueue queue = new JobQueue();
  private int underWay;
  private long underWayBytes;
  private int storageFaults; // since a result was stored
  private boolean pausing; // until the disk is tried again
  private boolean lookingAgain; // soon, whether a quota has room
  private boolean stopped;

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
      java.util.function.Supplier<String> newId,
      int underWayMax,
      WorkQuota quota,
      Limits limits) {}

  /** Takes up what an earlier process accepted and did not end. */
  public DurableInvocations(Settings settings) {
    this.settings = settings;
    this.store = settings.store();
    this.count = new WorkCount(settings.quota());
    this.underWayBytesMax = Runtime.getRuntime().maxMemory() / 16;
    this.timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("durable-timer").daemon().factory());
    timer.setRemoveOnCancelPolicy(true);
    for (StoredInvocation row : store.unfinished()) {
      DurableJob job = new DurableJob(row, null);
      live.put(job.id(), job);
      queue.add(job);
    }
  }

  /** Begins to run; {@code listener} hears of each invocation that has ended, must not block. */
  public void start(Consumer<StoredInvocation> listener) {
    onEnded = listener;
    pump();
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
            job.done().complete(failed(job, cancelled())); // to whoever found it in between
          } else {
            enqueue(job);
          }
        });
  }

  private static StoredInvocation.Callback pending(String url) {
    return new StoredInvocation.Callback(
        url, StoredInvocation.Delivery.PENDING, 0, Instant.EPOCH, null);
  }

  private void enqueue(DurableJob job) {
    synchronized (queue) {
      if (underWay >= settings.underWayMax() || !queue.isEmpty()) {
        job.dropInputs();
      }
      queue.add(job);
    }
    pump();
  }

  /** Starts what may run. Any thread; does not block. */
  private void pump() {
    while (true) {
      DurableJob job;
      synchronized (queue) {
        job = stopped || pausing || underWay >= places() ? null : takeNext();
        if (job == null) {
          return;
        }
        underWay++;
        underWayBytes += job.row().requestBytes();
      }
      DurableJob next = job;
      Thread.ofVirtual().name("durable-", 0).start(() -> run(next));
    }
  }

  /** The first whose namespace may do more, in the namespaces' turns; null is none. */
  private @Nullable DurableJob takeNext() {
    for (DurableJob job : queue.heads()) {
      if (!count.enter(job)) {
        continue;
      }
      if (underWay > 0 && underWayBytes + job.row().requestBytes() > underWayBytesMax) {
        count.leave(job);
        return null; // what is under way ends, and none that is smaller goes before
      }
      queue.take(job);
      return job;
    }
    if (!queue.isEmpty() && !lookingAgain) {
      lookingAgain = true;
      var _ = timer.schedule(this::lookAgain, QUOTA_LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }
    return null;
  }

  private void lookAgain() {
    synchronized (queue) {
      lookingAgain = false;
    }
    pump();
  }

  /** As long as results cannot be stored, one run at a time finds out whether they can. */
  private int places() {
    return storageFaults > 0 ? 1 : settings.underWayMax();
  }

  private void release(DurableJob job) {
    count.leave(job);
    releasePlace(job);
  }

  private void releasePlace(DurableJob job) {
    synchronized (queue) {
      underWay--;
      underWayBytes -= job.row().requestBytes();
      queue.notifyAll();
    }
    pump();
  }

  private void run(DurableJob job) {
    try {
      if (job.done().isDone()) {
        release(job);
      } else if (job.isCancelled()) {
        end(job, failed(job, cancelled()));
      } else if (job.row().starts() >= STARTS_MAX) {
        end(job, failed(job, poisonous(job)));
      } else {
        List<DataSet> inputs = job.takeInputs();
        begin(job, inputs == null ? storedInputs(job) : inputs);
      }
    } catch (ProblemException e) {
      end(job, failed(job, e.problem()));
    } catch (RuntimeException | Error e) {
      unexpected(job, e);
    }
  }

  private void unexpected(DurableJob job, Throwable e) {
    LOG.atError()
        .addKeyValue("invocation_id", job.id())
        .addKeyValue("trace_id", job.info().trace().traceId())
        .addKeyValue("function", job.info().target())
        .setCause(e)
        .log("durable invocation {} met an unexpected exception", job.id());
    end(
        job,
        failed(
            job,
            Problem.of(ProblemCode.INTERNAL, "the durable queue met an unexpected %s", e)
                .withHint("please report this with the node's log of this moment")));
  }

  private List<DataSet> storedInputs(DurableJob job) {
    return InvocationCodec.request(
        store
            .request(job.id())
            .orElseThrow(() -> DocumentReader.damaged("the request is missing")));
  }

  private void begin(DurableJob job, List<DataSet> inputs) {
    store.started(job.id());
    StoredInvocation row = job.row();
    Options options =
        Options.DEFAULT
            .withNamespace(row.namespace())
            .withTimeoutNanos(row.timeoutNanos())
            .withTrace(job.info().trace())
            .withId(row.id());
    Invocation invocation =
        settings
            .invoke()
            .apply(
                new InvocationRequest(new InvocationTarget.Named(row.target()), inputs, options));
    job.running(invocation);
    invocation
        .result()
        .thenAccept(result ->
            Thread.ofVirtual()
                .start(() -> {
                  try {
                    ended(job, result);
                  } catch (RuntimeException | Error e) {
                    unexpected(job, e); // else it would keep its place under way for ever
                  }
                }));
  }

  private void ended(DurableJob job, InvocationResult result) {
    job.running(null);
    ProblemCode code = result.outcome() instanceof Failed failure ? failure.problem().code() : null;
    if (code != ProblemCode.OVERLOADED && code != ProblemCode.SHUTTING_DOWN) {
      end(job, result);
    } else if (job.isCancelled()) {
      end(job, failed(job, cancelled()));
    } else {
      store.notStarted(job.id());
      if (code == ProblemCode.OVERLOADED) {
        retryLater(job);
      } else {
        release(job); // still on disk, for the next process
      }
    }
  }

  private void retryLater(DurableJob job) {
    count.leave(job);
    long delay = delayMillis(job.overloaded(), RETRY_MILLIS_MAX);
    synchronized (queue) {
      if (!stopped) {
        var _ = timer.schedule(() -> enqueue(job), delay, TimeUnit.MILLISECONDS);
      }
    }
    releasePlace(job);
  }

  private static long delayMillis(int times, long max) {
    return Math.min(max, RETRY_MILLIS_MIN << Math.min(times, 20));
  }

  /** A result could not be stored, so its invocation has to run again, and others need not try. */
  private void notStored(DurableJob job, Throwable failure) {
    count.leave(job);
    long delay = 0;
    synchronized (queue) {
      if (!pausing && !stopped) {
        pausing = true;
        delay = delayMillis(++storageFaults, STORAGE_RETRY_MILLIS_MAX);
        var _ = timer.schedule(this::resume, delay, TimeUnit.MILLISECONDS);
      }
      queue.add(job);
    }
    if (delay > 0) {
      LOG.atError()
          .addKeyValue("invocation_id", job.id())
          .setCause(failure)
          .log(
              "cannot store the result of {}: it runs again; durable invocations wait for {} ms",
              job.id(),
              delay);
    }
    store.notStarted(job.id());
    releasePlace(job);
  }

  private void resume() {
    synchronized (queue) {
      pausing = false;
    }
    pump();
  }

  private void stored() {
    synchronized (queue) {
      storageFaults = 0;
    }
  }

  /** How often in a row a result could not be stored; 0 if the last one could. */
  public int storageFaults() {
    synchronized (queue) {
      return storageFaults;
    }
  }

  /** Stores the result; only then is it told to anyone. Takes the job's place under way with it. */
  private void end(DurableJob job, InvocationResult result) {
    InvocationResult kept = fitting(job, result);
    byte[] report = ReportCodec.encode(kept);
    byte[] outputs = InvocationCodec.outputs(kept);
    store
        .finish(job.id(), kept.status(), report, outputs)
        .whenComplete((_, failure) -> {
          if (failure != null) {
            notStored(job, failure);
            return;
          }
          stored();
          try {
            announce(job, kept);
          } finally {
            release(job);
          }
        });
  }

  private InvocationResult fitting(DurableJob job, InvocationResult result) {
    long bytes = InvocationCodec.outputBytes(result);
    if (bytes <= store.resultBytesMax()) {
      return result;
    }
    return failed(
        job,
        settings
            .limits()
            .exceeded(
                ProblemCode.GUEST_OUTPUT_LIMIT,
                Limit.ASYNC_BYTES,
                "twice the result, which is to be stored,",
                2 * bytes)
            .withFunction(job.row().target()));
  }

  private void announce(DurableJob job, InvocationResult result) {
    live.remove(job.id()); // first: whoever is told looks at the store
    job.done().complete(result);
    onEnded.accept(job.row());
  }

  private static InvocationResult failed(DurableJob job, Problem problem) {
    return new InvocationResult(job.info(), new Failed(problem), Phases.ZERO, null, List.of());
  }

  private static Problem cancelled() {
    return Problem.of(ProblemCode.CANCELLED, "the invocation was cancelled before it ran")
        .withHint("nothing needs to be done; invoke it again for its result");
  }

  private static Problem poisonous(DurableJob job) {
    return Problem.of(
            ProblemCode.INTERNAL,
            "the node ended %d times while this invocation ran; it is not tried again",
            job.row().starts())
        .withHint("look into the node's log for the reason, then invoke again")
        .withFunction(job.row().target());
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
    boolean waiting;
    synchronized (queue) {
      waiting = !job.cancel() && queue.remove(job);
      if (waiting) {
        underWay++; // its end takes a place for a moment, as every end does
        underWayBytes += job.row().requestBytes();
      }
    }
    if (waiting) {
      end(job, failed(job, cancelled()));
    }
    return Optional.of(job.done());
  }

  /** Starts nothing any more; what waits stays on disk. */
  public void stop() {
    synchronized (queue) {
      stopped = true;
    }
    timer.shutdownNow();
  }

  /**
   * After the dispatcher has ended: waits until what it ended has been handed to the store.
   *
   * @param nanos at most so long
   */
  public void drain(long nanos) {
    long deadline = System.nanoTime() + nanos;
    synchronized (queue) {
      long left = nanos;
      while (underWay > 0 && left > 0) {
        try {
          TimeUnit.NANOSECONDS.timedWait(queue, left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return;
        }
        left = deadline - System.nanoTime();
      }
    }
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
    live.values().forEach(job -> job.done().complete(failed(job, problem)));
  }
}
