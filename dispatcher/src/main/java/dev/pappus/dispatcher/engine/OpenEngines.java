package dev.pappus.dispatcher.engine;

import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.SandboxChoice;
import dev.pappus.sandbox.Backends;
import dev.pappus.sandbox.ComputeEngine;
import dev.pappus.sandbox.PreparedFunction;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engines of one worker, one for each backend that it has needed; that of the preferred backend
 * is opened ahead. Belongs to the worker's thread.
 */
final class OpenEngines {
  private static final Logger LOG = LoggerFactory.getLogger(OpenEngines.class);

  /** How long the host is left in peace after it refused an engine. */
  static final long REOPEN_PAUSE_NANOS = 500_000_000L;

  private final Backends backends;
  private final int index;
  private final @Nullable String preferred;
  private final Runnable onReturn;
  private final Map<String, ComputeEngine> open = new LinkedHashMap<>();
  private final Map<String, Refusal> refusals = new LinkedHashMap<>();

  private record Refusal(Problem problem, long nanos) {
    boolean holds() {
      return System.nanoTime() - nanos < REOPEN_PAUSE_NANOS;
    }
  }

  /**
   * No engines yet.
   *
   * @param onReturn called on any thread when there is something to {@link #reclaim}
   */
  OpenEngines(Backends backends, int index, Runnable onReturn) {
    this.backends = backends;
    this.onReturn = onReturn;
    this.index = index;
    String first = backends.nameFor(SandboxChoice.AUTO, null);
    this.preferred = first.equals(Backends.NONE) ? null : first;
  }

  /**
   * The engine for {@code function}.
   *
   * @throws ProblemException with SANDBOX_UNAVAILABLE if the host gives none, now or just before
   */
  ComputeEngine of(PreparedFunction function) {
    ComputeEngine engine = open.get(function.sandbox());
    return engine != null ? engine : open(function.sandbox());
  }

  /** Opens the preferred engine if it is not open; why it cannot be, or null. */
  @Nullable Problem openPreferred() {
    if (preferred == null || open.containsKey(preferred)) {
      return null;
    }
    try {
      open(preferred);
      return null;
    } catch (ProblemException e) {
      return e.problem();
    }
  }

  private ComputeEngine open(String sandbox) {
    Refusal last = refusals.get(sandbox);
    if (last != null && last.holds()) {
      throw new ProblemException(last.problem());
    }
    try {
      ComputeEngine engine = backends.require(sandbox).openEngine(index);
      engine.domain().onReturn(onReturn);
      open.put(sandbox, engine);
      refusals.remove(sandbox);
      return engine;
    } catch (ProblemException e) {
      throw refused(sandbox, e.problem(), e);
    } catch (RuntimeException | Error e) {
      LOG.error("engine {} cannot be opened for sandbox {}", index, sandbox, e);
      Problem problem =
          Problem.of(ProblemCode.SANDBOX_UNAVAILABLE, "the sandbox backend failed: %s", e)
              .withHint("run 'pappus doctor' on the node");
      throw refused(sandbox, problem, e);
    }
  }

  private ProblemException refused(String sandbox, Problem problem, Throwable cause) {
    refusals.put(sandbox, new Refusal(problem, System.nanoTime()));
    return new ProblemException(problem, cause);
  }

  /** The thread may block now. */
  void idle() {
    open.values().forEach(ComputeEngine::idle);
  }

  /** Wipes sandboxes that have come back from their readers. */
  void reclaim() {
    for (ComputeEngine engine : open.values()) {
      engine.domain().reclaim();
    }
  }

  /** Whether there are such. */
  boolean hasReturned() {
    for (ComputeEngine engine : open.values()) {
      if (engine.domain().hasReturned()) {
        return true;
      }
    }
    return false;
  }

  /** Gives up sandboxes of {@code function}. */
  void forget(PreparedFunction function) {
    ComputeEngine engine = open.get(function.sandbox());
    if (engine != null) {
      engine.domain().forget(function);
    }
  }

  /** Closes all; they are opened anew when they are needed. */
  void close() {
    for (ComputeEngine engine : open.values()) {
      try {
        engine.close();
      } catch (RuntimeException | Error e) {
        LOG.error("engine {} cannot be closed", index, e);
      }
    }
    open.clear();
  }
}
