package dev.pappus.dispatcher;

import dev.pappus.communication.CommunicationFunction;
import dev.pappus.dispatcher.engine.CommunicationPool;
import dev.pappus.model.DataSet;
import dev.pappus.model.Phases;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An instance of a communication function, for a virtual thread. */
final class CommunicationTask implements CommunicationPool.Task, InstanceWork {
  private static final Logger LOG = LoggerFactory.getLogger(CommunicationTask.class);

  private final InvocationRun run;
  private final Instance instance;
  private final CommunicationFunction function;
  private final CommunicationPool pool;
  private Instance.@Nullable End end;

  CommunicationTask(
      InvocationRun run,
      Instance instance,
      CommunicationFunction function,
      CommunicationPool pool) {
    this.run = run;
    this.instance = instance;
    this.function = function;
    this.pool = pool;
  }

  @Override
  public boolean start() {
    return pool.submit(this);
  }

  @Override
  public void cancel() {
    pool.cancel(this);
  }

  @Override
  public Instance instance() {
    return instance;
  }

  @Override
  public void work() {
    long startNanos = System.nanoTime();
    List<DataSet> outputs = List.of();
    Problem problem = null;
    try {
      outputs = function.invoke(namedInputs(), run.deadlineNanos());
      problem = checkCount(outputs.size());
    } catch (ProblemException e) {
      problem = e.problem();
    } catch (InterruptedException e) {
      problem = Problem.of(ProblemCode.CANCELLED, "'%s' was interrupted", function.name());
    } catch (RuntimeException | Error e) {
      LOG.atError()
          .addKeyValue("invocation_id", run.id())
          .addKeyValue("function", function.name())
          .setCause(e)
          .log("communication function '{}' met an unexpected exception", function.name());
      problem = internal("an unexpected " + e);
    }
    long endNanos = System.nanoTime();
    Phases phases = new Phases(startNanos - instance.readyNanos(), 0, endNanos - startNanos, 0);
    end = new Instance.End(outputs, null, problem, "", null, phases, endNanos);
  }

  @Override
  public void deliver() {
    Instance.End reached = end;
    if (reached != null) {
      run.ended(this, reached);
    }
  }

  private List<DataSet> namedInputs() {
    List<String> names = function.signature().inputs();
    List<DataSet> named = new ArrayList<>(names.size());
    for (int i = 0; i < names.size(); i++) {
      named.add(instance.inputs().get(i).named(names.get(i)));
    }
    return named;
  }

  private @Nullable Problem checkCount(int count) {
    int declared = function.signature().outputs().size();
    return count == declared ? null : internal(count + " sets for " + declared + " outputs");
  }

  private Problem internal(String what) {
    run.countInternalError();
    return Problem.of(ProblemCode.INTERNAL, "'%s' came back with %s", function.name(), what)
        .withHint("please report this with the node's log of this moment");
  }
}
