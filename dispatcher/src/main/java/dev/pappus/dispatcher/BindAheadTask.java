package dev.pappus.dispatcher;

import dev.pappus.dispatcher.RegistrySnapshot.FunctionEntry;
import dev.pappus.dispatcher.engine.CodeCache;
import dev.pappus.dispatcher.engine.EngineTask;
import dev.pappus.dispatcher.engine.EngineWorker;
import dev.pappus.model.Namespace;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.Context;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the code of a function that will be wanted soon, and binds a sandbox to it, while its
 * inputs are being made. Nobody waits for it: what goes wrong goes wrong again, and is told, when
 * the function is started.
 */
final class BindAheadTask extends EngineTask {
  private static final Logger LOG = LoggerFactory.getLogger(BindAheadTask.class);

  private final Namespace namespace;
  private final FunctionEntry function;
  private final Node.Compute compute;

  BindAheadTask(Namespace namespace, FunctionEntry function, Node.Compute compute) {
    this.namespace = namespace;
    this.function = function;
    this.compute = compute;
  }

  @Override
  protected Namespace namespace() {
    return namespace;
  }

  @Override
  protected long expectedNanos() {
    return 0;
  }

  @Override
  protected int preferredEngine() {
    return -1;
  }

  @Override
  protected void run(EngineWorker worker) {
    if (!(compute.code().lookup(function.code(), _ -> {}) instanceof CodeCache.Found found)) {
      return;
    }
    try (Context _ = worker.engine(found.function()).domain().acquire(found.function())) {
      function.code().heldBy(worker.index());
    } catch (ProblemException e) {
      LOG.debug("{} is not bound ahead: {}", function.name(), e.getMessage());
    }
  }

  @Override
  protected void fail(Problem problem) {
    LOG.debug("{} is not bound ahead: {}", function.name(), problem.detail());
  }
}
