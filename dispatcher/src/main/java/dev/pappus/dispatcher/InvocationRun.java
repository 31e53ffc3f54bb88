package dev.pappus.dispatcher;

import dev.pappus.dispatcher.InvocationResult.Failed;
import dev.pappus.dispatcher.InvocationResult.Outcome;
import dev.pappus.dispatcher.InvocationResult.Succeeded;
import dev.pappus.dispatcher.RegistrySnapshot.Entry;
import dev.pappus.dispatcher.RegistrySnapshot.FunctionEntry;
import dev.pappus.dispatcher.engine.Timeouts;
import dev.pappus.model.DataSet;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.SealedContext;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of one invocation. Whatever happens to it (an instance ends, it is cancelled, its time
 * is up) is an event in its mailbox, and its state belongs to whoever attends that.
 */
final class InvocationRun implements Invocation, Mailbox.Owner {
  private static final Logger LOG = LoggerFactory.getLogger(InvocationRun.class);

  private final InvocationInfo info;
  private final InvocationTarget asked;
  private final Node node;
  private final long wallNanos;
  private final RunListener listener;
  private final long acceptedNanos = System.nanoTime();
  private final long deadlineNanos;
  private final CompletableFuture<InvocationResult> future = new CompletableFuture<>();

  private final Mailbox mailbox = new Mailbox(this);

  // Below: whoever attends the mailbox.
  private final Instantiator instantiator;
  private final InstancesUnderWay underWay;
  private final InstanceReports reports = new InstanceReports(acceptedNanos);
  private final InvocationQuota quota;
  private final HeldContexts held;
  private final List<Gathering> gatherings = new ArrayList<>(0);
  private Timeouts.@Nullable Timeout timeout;
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
    this.asked = request.target();
    this.info = InvocationInfo.of(id, request);
    this.wallNanos =
        Math.min(node.limits().get(Limit.INVOCATION_WALL), request.options().timeoutNanos());
    this.listener = listener;
    this.held = HeldContexts.on(node);
    this.quota = new InvocationQuota(node.limits(), node.results());
    this.underWay = new InstancesUnderWay(info.namespace(), node.limits());
    this.instantiator =
        new Instantiator(this, node, registry, request.options().code(), quota, underWay);
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
    mailbox.post(() -> told.complete(List.copyOf(reports.all())));
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
    mailbox.post(() -> endFailed(problem));
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
    mailbox.post(() -> {
      if (ended) {
        return; // failed by the node's end before it began
      }
      Entry target = admission.get();
      armTimer();
      instantiator.invoke(
          target,
          inputs,
          Trace.startingAt(acceptedNanos),
          (outputs, end) -> succeed(target, outputs, end));
    });
  }

  private void armTimer() {
    timeout = node.timeouts().after(wallNanos, () -> mailbox.post(this::timeIsUp));
  }

  private void timeIsUp() {
    boolean lowered = wallNanos < node.limits().get(Limit.INVOCATION_WALL);
    Problem problem =
        Problem.of(
                ProblemCode.INVOCATION_DEADLINE,
                "the invocation took longer than %s (%s); %d instances were not done",
                Limit.INVOCATION_WALL.format(wallNanos),
                lowered ? "its caller's wish" : "limits." + Limit.INVOCATION_WALL.key(),
                underWay.count())
            .withHint(
                "see which instances were slow, give it less work at a time, or "
                    + (lowered ? "allow it more" : "raise limits." + Limit.INVOCATION_WALL.key()));
    endFailed(underWay.locate(problem));
  }

  // The mailbox.

  @Override
  public void failed(Throwable cause) {
    Problem problem;
    if (cause instanceof ProblemException known) {
      problem = known.problem();
    } else {
      reportUnexpected(cause);
      problem =
          Problem.of(ProblemCode.INTERNAL, "the dispatcher met an unexpected %s", cause)
              .withHint("please report this with the node's log of this moment");
    }
    endFailed(problem);
  }

  @Override
  public void reportUnexpected(Throwable e) {
    countInternalError();
    LOG.atError()
        .addKeyValue("invocation_id", info.id())
        .addKeyValue("trace_id", info.trace().traceId())
        .addKeyValue("function", info.target())
        .setCause(e)
        .log("invocation {} met an unexpected exception", info.id());
  }

  /**
   * Does {@code step} soon, on this thread, unless the invocation ends before; in an event only.
   */
  void later(Runnable step) {
    mailbox.later(step);
  }

  // Instances.

  /** Contexts in which results stay. */
  HeldContexts held() {
    return held;
  }

  /** Begins to gather results for {@code reader}; in an event only. */
  Gathering gather(FunctionEntry reader) {
    Gathering gathering = new Gathering(reader, node.compute(), node.limits(), held);
    gatherings.add(gathering);
    return gathering;
  }

  /** An instance has copied its inputs. Any thread; before it ends. */
  void inputsRead(ComputeTask task) {
    mailbox.post(() -> {
      if (!ended && underWay.contains(task)) {
        held.done(task.instance().inputs());
      }
    });
  }

  /** An instance has ended. Any thread. */
  void ended(InstanceWork work, Instance.End end) {
    mailbox.post(() -> instanceEnded(work, end));
  }

  private void instanceEnded(InstanceWork work, Instance.End end) {
    SealedContext sealed = end.sealed();
    if (ended || !underWay.remove(work)) {
      if (sealed != null) {
        sealed.close();
      }
      return;
    }
    if (sealed != null) {
      held.add(sealed);
      held.want(end.outputs());
    }
    Instance instance = work.instance();
    Problem problem = end.problem();
    if (problem == null) {
      problem = quota.checkOutputs(end.outputs());
    }
    if (problem == null) {
      long lent = sealed == null ? 0 : SealedContext.bytesIn(end.outputs());
      problem = quota.hold(ResultBudget.bytesOf(end.outputs()) - lent);
    }
    report(instance, end, problem);
    ApplicationRun application = instance.application();
    Trace trace = application.readyTrace().then(end.phases(), end.endNanos());
    if (problem != null) {
      end(new Failed(instance.locate(problem).withNode(node.name())), trace);
    } else {
      application.instanceCompleted(instance.index(), end.outputs(), trace);
      if (application.isComplete() && !held.isEmpty()) {
        application.results().forEach(held::done); // the graph wants what they were merged into
      }
      underWay.startHeld();
    }
  }

  private void report(Instance instance, Instance.End end, @Nullable Problem problem) {
    InstanceReport report = reports.add(instance, end, problem);
    boolean isInside = instance.application().label() != null; // else it ends with its invocation
    if (report != null && isInside) {
      listener.instanceEnded(this, reports.all().size() - 1, report);
    }
  }

  // The end.

  private void succeed(Entry target, List<DataSet> outputs, Trace trace) {
    Problem problem = quota.checkOutputs(outputs);
    if (problem != null) {
      end(new Failed(problem.withFunction(target.name()).withNode(node.name())), trace);
      return;
    }
    end(new Succeeded(OutputSet.of(target.registered().signature(), outputs)), trace);
  }

  /** Ends it with a problem that is not an instance's. */
  private void endFailed(Problem problem) {
    end(new Failed(problem.withNode(node.name())), Trace.startingAt(acceptedNanos));
  }

  private void end(Outcome outcome, Trace trace) {
    if (ended) {
      return;
    }
    ended = true;
    mailbox.endSteps();
    attempt(this::letGo);
    InvocationResult result =
        new InvocationResult(
            info,
            outcome,
            trace.phases(acceptedNanos, System.nanoTime()),
            reports.coldestStart(),
            reports.all());
    attempt(() -> listener.ended(this, result));
    future.complete(result);
  }

  private void letGo() {
    Timeouts.Timeout armed = timeout;
    if (armed != null) {
      armed.cancel();
    }
    underWay.release().forEach(work -> attempt(work::cancel));
    quota.release();
    held.release().forEach(context -> attempt(context::close));
    gatherings.forEach(each -> attempt(each::close));
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
