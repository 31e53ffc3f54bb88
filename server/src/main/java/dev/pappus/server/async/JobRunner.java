package dev.pappus.server.async;

import dev.pappus.dispatcher.Invocation;
import dev.pappus.dispatcher.InvocationRequest;
import dev.pappus.dispatcher.InvocationRequest.Options;
import dev.pappus.dispatcher.InvocationResult;
import dev.pappus.dispatcher.InvocationResult.Failed;
import dev.pappus.dispatcher.InvocationTarget;
import dev.pappus.dispatcher.store.InvocationStore;
import dev.pappus.dispatcher.store.StoredInvocation;
import dev.pappus.model.DataSet;
import dev.pappus.model.Limit;
import dev.pappus.model.Phases;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a durable invocation from its stored request to its stored result, which alone is an end:
 * whatever goes wrong on the way either is that result or makes it run again. Any thread may use
 * it.
 */
final class JobRunner {
  private static final Logger LOG = LoggerFactory.getLogger(JobRunner.class);

  /** A node that ends so often in the middle of an invocation is taken to end because of it. */
  private static final int STARTS_MAX = 5;

  private final DurableInvocations.Settings settings;
  private final InvocationStore store;
  private final JobScheduler scheduler;
  private final BiConsumer<DurableJob, InvocationResult> onStored;

  /**
   * A runner.
   *
   * @param scheduler gets the places of jobs back
   * @param onStored told of each result that is on disk
   */
  JobRunner(
      DurableInvocations.Settings settings,
      JobScheduler scheduler,
      BiConsumer<DurableJob, InvocationResult> onStored) {
    this.settings = settings;
    this.store = settings.store();
    this.scheduler = scheduler;
    this.onStored = onStored;
  }

  /** Runs a job that has a place. Blocks for the disk. */
  void run(DurableJob job) {
    try {
      if (job.done().isDone()) {
        scheduler.release(job);
      } else if (job.isCancelled()) {
        endCancelled(job);
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
    ProblemCode code = codeOf(result);
    if (!isTriedAgain(code)) {
      end(job, result);
    } else if (job.isCancelled()) {
      endCancelled(job);
    } else {
      store.notStarted(job.id());
      if (code == ProblemCode.OVERLOADED) {
        scheduler.retryLater(job);
      } else {
        scheduler.release(job); // still on disk, for the next process
      }
    }
  }

  private static @Nullable ProblemCode codeOf(InvocationResult result) {
    return result.outcome() instanceof Failed failure ? failure.problem().code() : null;
  }

  private static boolean isTriedAgain(@Nullable ProblemCode code) {
    return code == ProblemCode.OVERLOADED || code == ProblemCode.SHUTTING_DOWN;
  }

  /** Whether an attempt that ended so is not the job's end, unless that was cancelled. */
  static boolean isTriedAgain(InvocationResult result) {
    return isTriedAgain(codeOf(result));
  }

  /** Ends a job that has a place and does not run. */
  void endCancelled(DurableJob job) {
    end(job, failed(job, cancelled()));
  }

  /** Stores the result; only then is it told to anyone. Takes the job's place with it. */
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
          scheduler.stored();
          try {
            onStored.accept(job, kept);
          } finally {
            scheduler.release(job);
          }
        });
  }

  private void notStored(DurableJob job, Throwable failure) {
    store.notStarted(job.id());
    long delay = scheduler.putBack(job);
    if (delay > 0) {
      LOG.atError()
          .addKeyValue("invocation_id", job.id())
          .setCause(failure)
          .log(
              "cannot store the result of {}: it runs again; durable invocations wait for {} ms",
              job.id(),
              delay);
    }
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

  /** The result that {@code problem} is for a job. */
  static InvocationResult failed(DurableJob job, Problem problem) {
    return new InvocationResult(job.info(), new Failed(problem), Phases.ZERO, null, List.of());
  }

  /** What becomes of a job that is cancelled before it runs. */
  static Problem cancelled() {
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
}
