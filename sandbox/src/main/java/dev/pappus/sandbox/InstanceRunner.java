package dev.pappus.sandbox;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.GuestState;
import dev.pappus.model.InputSet;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.MonotonicClock;
import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One instance of a function from its inputs to its outputs: acquire a context, write, run, read,
 * close. Whatever goes wrong becomes a {@link Problem}. Belongs to the thread of its engine.
 */
public final class InstanceRunner {
  private final ComputeEngine engine;
  private final MonotonicClock clock;

  /**
   * Runs on {@code engine}.
   *
   * @param clock must have the scale of {@link System#nanoTime()}
   */
  public InstanceRunner(ComputeEngine engine, MonotonicClock clock) {
    this.engine = engine;
    this.clock = clock;
  }

  /** Who is told of a result, on the engine's thread. */
  @FunctionalInterface
  public interface Receiver extends OutputReaders {
    /** What has put inputs together for this run, whose context it should run in; or null. */
    default @Nullable InputCollector inputsCollector() {
      return null;
    }

    /** Nobody needs the inputs any more. */
    default void inputsRead() {}

    /** The result of a run, once; its context has yet to be wiped. */
    void received(InstanceResult result);
  }

  /**
   * Runs one instance. Its context is wiped and given back when this returns.
   *
   * @param function prepared by the engine's driver
   * @param spec what is registered of the function
   * @param inputs input sets by position; missing ones count as empty, static sets of {@code spec}
   *     win, names do not matter
   * @param deadline when the invocation must have ended; brought forward to when the instance has
   *     been in the guest for the timeout of {@code spec} or {@link Limit#FUNCTION_RUN}, if that is
   *     earlier
   * @throws IllegalArgumentException if there are more inputs than {@code spec} has
   */
  public InstanceResult run(
      PreparedFunction function,
      FunctionSpec spec,
      List<DataSet> inputs,
      Deadline deadline,
      Limits limits) {
    InstanceResult[] received = new InstanceResult[1];
    run(function, spec, inputs, deadline, limits, result -> received[0] = result);
    return received[0];
  }

  /**
   * The same, for those who need not wait for the wipe.
   *
   * @param receiver told before the context is wiped
   */
  public void run(
      PreparedFunction function,
      FunctionSpec spec,
      List<DataSet> inputs,
      Deadline deadline,
      Limits limits,
      Receiver receiver) {
    List<DataSet> sets = bind(spec, inputs);
    Run run = new Run(spec, limits, receiver, clock.nanoTime());
    PreparedFunction template =
        new TemplateMaker(engine, function, spec, limits).find(sets, deadline);
    if (template != null) {
      List<DataSet> dynamic = TemplateMaker.withoutStatics(spec, sets);
      Problem missed = run(run, template, dynamic, deadline);
      if (missed == null || !run.inputsDidNotFit) {
        run.failUnlessDelivered(missed, clock.nanoTime());
        return;
      }
      // There is more room where the program has not begun.
    }
    run.failUnlessDelivered(run(run, function, sets, deadline), clock.nanoTime());
  }

  /**
   * Delivers what became of the run, unless a problem kept it from a result: that one is returned.
   */
  private @Nullable Problem run(
      Run run, PreparedFunction function, List<DataSet> sets, Deadline deadline) {
    FunctionSpec spec = run.spec;
    Limits limits = run.limits;
    try (Context context = acquire(function, run.receiver.inputsCollector())) {
      run.warmth = context.warmth();
      run.bound(clock.nanoTime());
      run.inputsDidNotFit = true;
      context.write(sets, spec.outputs());
      run.inputsDidNotFit = false;
      if (!context.readsInputsInRun()) {
        run.receiver.inputsRead(); // before the function's own time begins
      }
      run.loaded(clock.nanoTime());
      boolean own = deadline.bringForward(run.mark + run.timeoutNanos());
      RunOutcome outcome = engine.run(context, deadline);
      run.left(clock.nanoTime(), context.enteredNanos());
      if (context.readsInputsInRun()) {
        run.receiver.inputsRead();
      }
      Problem problem = run.problemOf(outcome, context, deadline, own);
      String printed = problem == null ? printed(spec, context) : "";
      Outputs outputs = problem == null ? context.readOutputs(limits, run.receiver) : Outputs.NONE;
      run.deliver(outputs, problem, printed, clock.nanoTime());
      return null;
    } catch (ProblemException e) {
      return e.problem();
    }
  }

  private Context acquire(PreparedFunction function, @Nullable InputCollector collector) {
    MemoryDomain domain = engine.domain();
    Context taken = collector == null ? null : domain.take(collector, function);
    return taken == null ? domain.acquire(function) : taken;
  }

  private static String printed(FunctionSpec spec, Context context) {
    return spec.outputs().contains(GuestAbi.STDIO) ? "" : context.lastWords();
  }

  private static List<DataSet> bind(FunctionSpec spec, List<DataSet> inputs) {
    if (inputs.size() > spec.inputs().size()) {
      throw new IllegalArgumentException(
          "%d sets for the %d inputs of %s"
              .formatted(inputs.size(), spec.inputs().size(), spec.name()));
    }
    List<DataSet> sets = new ArrayList<>(spec.inputs().size());
    for (int i = 0; i < spec.inputs().size(); i++) {
      InputSet declared = spec.inputs().get(i);
      if (declared.isStatic()) {
        sets.add(new DataSet(declared.name(), declared.staticItems()));
      } else {
        sets.add(
            i < inputs.size()
                ? inputs.get(i).named(declared.name())
                : DataSet.empty(declared.name()));
      }
    }
    return sets;
  }

  /** The state of one run: where it is and how long each part took. */
  private static final class Run {
    private final FunctionSpec spec;
    private final Limits limits;
    private final Receiver receiver;
    private boolean delivered;
    private Phase phase = Phase.LOAD;
    private long mark;
    private long loadNanos;
    private long runNanos;
    private long bindNanos;
    private long enterNanos;
    private Context.@Nullable Warmth warmth;
    private boolean inputsDidNotFit;

    private enum Phase {
      LOAD,
      REPLY
    }

    Run(FunctionSpec spec, Limits limits, Receiver receiver, long now) {
      this.spec = spec;
      this.limits = limits;
      this.receiver = receiver;
      this.mark = now;
    }

    long timeoutNanos() {
      return Math.min(spec.timeoutNanos(), limits.get(Limit.FUNCTION_RUN));
    }

    void bound(long now) {
      bindNanos = now - mark;
    }

    void loaded(long now) {
      loadNanos = now - mark;
      mark = now;
    }

    void left(long now, OptionalLong enteredNanos) {
      enterNanos = Math.clamp(enteredNanos.orElse(mark) - mark, 0, now - mark);
      runNanos = now - mark;
      mark = now;
      phase = Phase.REPLY;
    }

    void deliver(Outputs outputs, @Nullable Problem problem, String printed, long now) {
      delivered = true;
      boolean received = false;
      try {
        receiver.received(result(outputs, problem, printed, now));
        received = true;
      } finally {
        if (!received && outputs.sealed() != null) {
          outputs.sealed().close();
        }
      }
    }

    /** A wipe that failed after the result was delivered is no longer the instance's problem. */
    void failUnlessDelivered(@Nullable Problem problem, long now) {
      if (problem != null && !delivered) {
        deliver(Outputs.NONE, problem, "", now);
      }
    }

    private InstanceResult result(
        Outputs outputs, @Nullable Problem problem, String printed, long now) {
      long rest = now - mark;
      Problem named = problem == null ? null : problem.withFunction(spec.name());
      return switch (phase) {
        case LOAD ->
            new InstanceResult(List.of(), null, named, printed, warmth, rest, 0, 0, bindNanos, 0);
        case REPLY ->
            new InstanceResult(
                outputs.sets(),
                outputs.sealed(),
                named,
                printed,
                warmth,
                loadNanos,
                runNanos,
                rest,
                bindNanos,
                enterNanos);
      };
    }

    @Nullable Problem problemOf(
        RunOutcome outcome, Context context, Deadline deadline, boolean ownDeadline) {
      return switch (outcome) {
        case RunOutcome.Exited exited -> exitProblem(exited.exitCode(), context);
        case RunOutcome.Faulted faulted -> faultProblem(faulted, context);
        case RunOutcome.DeadlineExceeded late ->
            lateProblem(deadline, ownDeadline).withGuest(withLastWords(late.state(), context));
        case RunOutcome.SandboxFailed failed ->
            Problem.of(
                    ProblemCode.SANDBOX_UNAVAILABLE, "the sandbox failed: %s", failed.description())
                .withHint(
                    "'pappus doctor' shows what this host offers; the function is not to blame");
      };
    }

    private @Nullable Problem exitProblem(int exitCode, Context context) {
      if (exitCode == ExitCodes.SUCCESS) {
        return null;
      }
      GuestState unknown = GuestState.UNKNOWN;
      GuestState state =
          new GuestState(
              exitCode,
              unknown.vector(),
              unknown.errorCode(),
              unknown.address(),
              unknown.instruction(),
              unknown.symbol(),
              lastWords(context));
      if (exitCode == ExitCodes.OUT_OF_MEMORY) {
        return Problem.of(
                ProblemCode.GUEST_MEMORY,
                "the function %s; its context has %d bytes",
                ExitCodes.describe(exitCode),
                spec.contextBytes())
            .withHint("deploy it with a larger context, or give it less input at a time")
            .withGuest(state);
      }
      if (exitCode == ExitCodes.BAD_OUTPUT) {
        return Problem.of(
                ProblemCode.GUEST_BAD_OUTPUT,
                "%s",
                state.lastWords() == null
                    ? "the function " + ExitCodes.describe(exitCode)
                    : Names.printable(state.lastWords().strip()))
            .withHint("write files to /out/SET/NAME or /out/SET:KEY/NAME, SET as registered")
            .withGuest(state);
      }
      return Problem.of(ProblemCode.GUEST_EXIT, "the function %s", ExitCodes.describe(exitCode))
          .withHint(
              state.lastWords() == null
                  ? "the function printed nothing; let it say why it fails (pappus_fail)"
                  : "see what the function printed last")
          .withGuest(state);
    }

    private Problem faultProblem(RunOutcome.Faulted faulted, Context context) {
      GuestState state = withLastWords(faulted.state(), context);
      String where = state.symbol() == null ? "" : " in " + state.symbol();
      return Problem.of(ProblemCode.GUEST_FAULT, "%s%s", faulted.description(), where)
          .withHint(
              FaultHints.of(faulted.description(), state, GuestLayout.of(spec.contextBytes())))
          .withGuest(state);
    }

    private Problem lateProblem(Deadline deadline, boolean ownDeadline) {
      if (deadline.isCancelled()) {
        return Problem.of(ProblemCode.CANCELLED, "the instance was cancelled while it ran")
            .withHint("its invocation has ended: see there why");
      }
      return ownDeadline ? runDeadline() : invocationDeadline();
    }

    private Problem runDeadline() {
      boolean ownTimeout = spec.timeoutNanos() <= limits.get(Limit.FUNCTION_RUN);
      return Problem.of(
              ProblemCode.GUEST_DEADLINE,
              "the function ran longer than %s (%s)",
              Limit.FUNCTION_RUN.format(timeoutNanos()),
              ownTimeout ? "its own timeout" : "limits." + Limit.FUNCTION_RUN.key())
          .withHint(
              "look for an endless loop, give it less work at a time, or "
                  + (ownTimeout ? "deploy it with a longer timeout" : "raise the limit"));
    }

    private Problem invocationDeadline() {
      return Problem.of(
              ProblemCode.INVOCATION_DEADLINE,
              "the invocation's time of %s (limits.%s) ended while the function ran",
              Limit.INVOCATION_WALL.format(limits.get(Limit.INVOCATION_WALL)),
              Limit.INVOCATION_WALL.key())
          .withHint("split the work among more instances, or raise the limit");
    }

    private static GuestState withLastWords(GuestState state, Context context) {
      return new GuestState(
          state.exitCode(),
          state.vector(),
          state.errorCode(),
          state.address(),
          state.instruction(),
          state.symbol(),
          lastWords(context));
    }

    private static @Nullable String lastWords(Context context) {
      String words = context.lastWords();
      return words.isEmpty() ? null : words;
    }
  }
}
