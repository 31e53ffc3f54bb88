package dev.pappus.sandbox.kvm;

import dev.pappus.model.GuestState;
import dev.pappus.sandbox.ComputeEngine;
import dev.pappus.sandbox.Context;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.DeadlineTimer;
import dev.pappus.sandbox.EngineThread;
import dev.pappus.sandbox.GuestFaults;
import dev.pappus.sandbox.GuestLayout;
import dev.pappus.sandbox.MemoryDomain;
import dev.pappus.sandbox.ResidentBudget;
import dev.pappus.sandbox.RunOutcome;
import dev.pappus.sandbox.ThreadPriority;

/** Runs guests on the platform thread that opened it. */
public final class KvmEngine implements ComputeEngine {
  /** Entering a guest with less time than this left would only mean to interrupt it at once. */
  private static final long ENTRY_NANOS_MIN = 10_000;

  private static final RunOutcome.Exited SUCCESS = new RunOutcome.Exited(0);

  private final KvmDomain domain;
  private final DeadlineTimer timer;
  private final boolean killedIsClean;
  private final EngineThread thread;
  private boolean background;
  private boolean open = true;

  KvmEngine(
      VmPool pool,
      ResidentBudget budget,
      int sandboxesMax,
      boolean killedIsClean,
      EngineThread thread) {
    this.timer = new DeadlineTimer();
    this.domain = new KvmDomain(pool, budget, sandboxesMax, timer);
    this.killedIsClean = killedIsClean;
    this.thread = thread;
  }

  @Override
  public MemoryDomain domain() {
    return domain;
  }

  @Override
  public RunOutcome run(Context context, Deadline deadline) {
    if (!(context instanceof KvmContext kvmContext) || kvmContext.domain() != domain) {
      throw new IllegalArgumentException("not a context of this engine");
    }
    thread.require();
    kvmContext.seal();
    long now = System.nanoTime();
    if (deadline.hasPassed(now + ENTRY_NANOS_MIN)) {
      return new RunOutcome.DeadlineExceeded(GuestState.UNKNOWN);
    }
    timer.cover(now, deadline);
    boolean lowered = false;
    try {
      lowered = background && ThreadPriority.lowerForNow();
      return enter(kvmContext, deadline);
    } finally {
      if (lowered) {
        ThreadPriority.raise();
      }
      timer.ended();
    }
  }

  private RunOutcome enter(KvmContext context, Deadline deadline) {
    VirtualMachine vm = context.vm();
    vm.prepareEntry();
    context.entered(System.nanoTime());
    while (true) {
      VmExit exit = vm.enter();
      if (exit instanceof VmExit.Grow grow) {
        // A guest that does nothing else is out whenever the timer strikes.
        if (deadline.hasPassed(System.nanoTime())) {
          return killed(context, vm.instruction());
        }
        vm.grow(grow);
        continue;
      }
      if (!(exit instanceof VmExit.Interrupted interrupted)) {
        return conclude(context, exit);
      }
      // In this order: a deadline that moves after the look at it finds the timer armed by its
      // nudge.
      timer.arm(deadline);
      if (deadline.hasPassed(System.nanoTime())) {
        return killed(context, interrupted.instruction());
      }
    }
  }

  @Override
  public void inBackground(boolean now) {
    background = now;
  }

  @Override
  public void nudge() {
    timer.nudge();
  }

  private static RunOutcome conclude(KvmContext context, VmExit exit) {
    KvmFunction function = context.function();
    return switch (exit) {
      case VmExit.Agreed _ -> {
        function.backoff().succeeded();
        int code = context.exitCode();
        yield code == 0 ? SUCCESS : new RunOutcome.Exited(code);
      }
      case VmExit.Fault fault -> {
        context.setResidue(KvmContext.Residue.ALL);
        function.backoff().faulted();
        yield GuestFaults.of(
            function.image(),
            GuestLayout.of(function.contextBytes()),
            fault.vector(),
            fault.errorCode(),
            fault.address(),
            fault.instruction());
      }
      case VmExit.Unexpected unexpected -> {
        context.setResidue(KvmContext.Residue.BEYOND_REPAIR);
        if (!unexpected.guestToBlame()) {
          yield new RunOutcome.SandboxFailed(unexpected.description());
        }
        function.backoff().faulted();
        yield new RunOutcome.Faulted(
            "the function "
                + unexpected.description()
                + " at instruction 0x"
                + Long.toHexString(unexpected.instruction()),
            at(function, unexpected.instruction()));
      }
      case VmExit.Interrupted _, VmExit.Grow _ -> throw new IllegalStateException("not an end");
    };
  }

  private RunOutcome killed(KvmContext context, long instruction) {
    context.setResidue(killedIsClean ? KvmContext.Residue.ALL : KvmContext.Residue.BEYOND_REPAIR);
    return new RunOutcome.DeadlineExceeded(at(context.function(), instruction));
  }

  private static GuestState at(KvmFunction function, long instruction) {
    return new GuestState(
        null, null, null, null, instruction, function.image().symbolize(instruction), null);
  }

  @Override
  public void idle() {
    timer.rest();
    domain.economise(System.nanoTime());
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      domain.close();
      timer.close();
      thread.close();
    }
  }
}
