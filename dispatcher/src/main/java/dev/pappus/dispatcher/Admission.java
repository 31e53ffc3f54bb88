package dev.pappus.dispatcher;

import dev.pappus.dispatcher.RegistrySnapshot.Entry;
import dev.pappus.dispatcher.engine.EnginePool;
import dev.pappus.model.DataSet;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Names;
import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Signature;
import dev.pappus.model.Suggestion;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Decides whether an invocation may run, and what it runs. Any thread may use it. */
final class Admission {
  private final Limits limits;
  private final RunningInvocations running;
  private final EnginePool engines;
  private final AtomicBoolean closed = new AtomicBoolean();

  Admission(Limits limits, RunningInvocations running, EnginePool engines) {
    this.limits = limits;
    this.running = running;
    this.engines = engines;
  }

  /** Refuses everything from now on; false if it has done so already. */
  boolean close() {
    return !closed.getAndSet(true);
  }

  /** Why an invocation of {@code namespace} would be refused for lack of room now, or null. */
  @Nullable Problem fullness(Namespace namespace) {
    if (closed.get()) {
      return shuttingDown();
    }
    Problem noPlace = running.fullness(namespace);
    return noPlace == null ? tooLongWait(namespace, Long.MAX_VALUE) : noPlace;
  }

  /**
   * What {@code request} asks for.
   *
   * @param snapshot what is registered
   * @param noPlace why there is no place among the running invocations, or null
   * @throws ProblemException if it is not to run, or its inputs do not fit
   */
  Entry admit(InvocationRequest request, RegistrySnapshot snapshot, @Nullable Problem noPlace) {
    if (closed.get()) {
      throw new ProblemException(shuttingDown());
    }
    if (noPlace != null) {
      throw new ProblemException(noPlace);
    }
    Problem wait = tooLongWait(request.options().namespace(), request.options().timeoutNanos());
    if (wait != null) {
      throw new ProblemException(wait);
    }
    Entry target = resolve(request.target(), snapshot);
    checkInputs(target, request.inputs());
    return target;
  }

  /** The problem that work of {@code namespace} would wait too long for an engine, or null. */
  private @Nullable Problem tooLongWait(Namespace namespace, long patienceNanos) {
    long most = Math.min(limits.get(Limit.QUEUE_WAIT), patienceNanos);
    if (engines.expectedWaitNanos(namespace) <= most) {
      return null;
    }
    return Problem.of(
            ProblemCode.OVERLOADED,
            "work of namespace '%s' would wait longer than %s for an engine (limits.%s)",
            namespace,
            Limit.QUEUE_WAIT.format(most),
            Limit.QUEUE_WAIT.key())
        .withHint("try again a little later, or with less work at once");
  }

  private static Entry resolve(InvocationTarget target, RegistrySnapshot snapshot) {
    return switch (target) {
      case InvocationTarget.OneShot oneShot -> RegistryRestorer.entryOf(oneShot.composition());
      case InvocationTarget.Named _, InvocationTarget.OfPlatform _ -> {
        Entry entry = snapshot.find(target.name());
        if (entry == null) {
          String shown = Names.printable(target.name());
          throw new ProblemException(
              Problem.of(
                      ProblemCode.UNKNOWN_INVOCABLE,
                      "no function or composition '%s' is registered%s",
                      shown,
                      Suggestion.didYouMean(shown, snapshot.names()))
                  .withHint("'pappus ls' lists what is registered")
                  .withFunction(shown));
        }
        yield entry;
      }
    };
  }

  private void checkInputs(Entry target, List<DataSet> inputs) {
    Signature signature = target.registered().signature();
    if (inputs.size() > signature.inputs().size()) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.UNKNOWN_SET,
                  "'%s' has %d input sets, the request %d",
                  target.name(),
                  signature.inputs().size(),
                  inputs.size())
              .withHint("its input sets are: " + String.join(", ", signature.inputs()))
              .withFunction(target.name()));
    }
    for (int i = 0; i < inputs.size(); i++) {
      if (inputs.get(i).items().size() > limits.get(Limit.SET_ITEMS)) {
        throw new ProblemException(
            limits
                .exceeded(
                    ProblemCode.TOO_MANY_ITEMS,
                    Limit.SET_ITEMS,
                    "input set '" + signature.inputs().get(i) + "'",
                    inputs.get(i).items().size())
                .withFunction(target.name()));
      }
    }
  }

  static Problem shuttingDown() {
    return Problem.of(ProblemCode.SHUTTING_DOWN, "the node is stopping")
        .withHint("send the request to another node, or again once it is back");
  }
}
