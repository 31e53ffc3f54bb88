package dev.pappus.sandbox.wasm;

import dev.pappus.model.GuestState;
import dev.pappus.sandbox.ComputeEngine;
import dev.pappus.sandbox.Context;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.EngineThread;
import dev.pappus.sandbox.MemoryDomain;
import dev.pappus.sandbox.RunOutcome;
import org.jspecify.annotations.Nullable;
import run.endive.runtime.WasmInterruptedException;

/** Runs modules on the platform thread that opened it. */
final class WasmEngine implements ComputeEngine {
  private final WasmDomain domain;
  private final DeadlineWatcher.Watch watch;
  private final EngineThread thread;

  WasmEngine(MemorySpace.NodeMemory node, DeadlineWatcher watcher, EngineThread thread) {
    this.thread = thread;
    domain = new WasmDomain(node);
    watch = watcher.add();
  }

  @Override
  public MemoryDomain domain() {
    return domain;
  }

  @Override
  public RunOutcome run(Context context, Deadline deadline) {
    if (!(context instanceof WasmContext own) || own.domain() != domain) {
      throw new IllegalArgumentException("not a context of this engine");
    }
    thread.require();
    own.seal();
    if (deadline.hasPassed(System.nanoTime())) {
      return new RunOutcome.DeadlineExceeded(GuestState.UNKNOWN);
    }
    // An interruption that is meant for somebody else waits until the run is over.
    boolean interruptedBefore = Thread.interrupted();
    Throwable thrown = null;
    int code = 0;
    watch.begin(deadline);
    try {
      code = own.run();
    } catch (RuntimeException | Error e) {
      thrown = e;
    } finally {
      watch.end();
      if (interruptedBefore) {
        Thread.currentThread().interrupt();
      }
    }
    return conclude(own.function(), code, thrown, deadline);
  }

  private static RunOutcome conclude(
      WasmFunction function, int code, @Nullable Throwable thrown, Deadline deadline) {
    if (thrown == null) {
      function.backoff().succeeded();
      return new RunOutcome.Exited(code);
    }
    if (thrown instanceof WasmInterruptedException) {
      return deadline.hasPassed(System.nanoTime())
          ? new RunOutcome.DeadlineExceeded(Traps.where(thrown, function))
          : new RunOutcome.SandboxFailed("the engine's thread was interrupted");
    }
    if (thrown instanceof MemorySpace.NodeMemory.Exhausted) {
      return new RunOutcome.SandboxFailed(String.valueOf(thrown.getMessage()));
    }
    String description = Traps.describe(thrown);
    if (description == null) {
      return new RunOutcome.SandboxFailed(thrown.toString());
    }
    function.backoff().faulted();
    return new RunOutcome.Faulted(description, Traps.where(thrown, function));
  }

  @Override
  public void nudge() {
    watch.look();
  }

  @Override
  public void idle() {}

  @Override
  public void close() {
    watch.close();
  }
}
