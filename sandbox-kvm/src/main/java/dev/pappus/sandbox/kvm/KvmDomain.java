package dev.pappus.sandbox.kvm;

import dev.pappus.linux.LinuxException;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.Context;
import dev.pappus.sandbox.DeadlineTimer;
import dev.pappus.sandbox.MemoryDomain;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.ResidentBudget;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An engine's machines. Belongs to the engine's thread. */
final class KvmDomain implements MemoryDomain, AutoCloseable {
  /** A machine that has waited for so long gives what it keeps to those that ask for more. */
  private static final long LONG_IDLE_NANOS = 1_000_000_000L;

  private final VmPool pool;
  private final ResidentBudget budget;
  private final int sandboxesMax;
  private final DeadlineTimer timer;

  /** Wiped machines, the one used last at the end. */
  private final List<VirtualMachine> idle = new ArrayList<>();

  private final List<KvmContext> inUse = new ArrayList<>();

  KvmDomain(VmPool pool, ResidentBudget budget, int sandboxesMax, DeadlineTimer timer) {
    this.pool = pool;
    this.budget = budget;
    this.timer = timer;
    this.sandboxesMax = sandboxesMax;
  }

  @Override
  public Context acquire(PreparedFunction function) {
    if (!(function instanceof KvmFunction kvmFunction)) {
      throw new IllegalArgumentException("prepared by another backend: " + function);
    }
    kvmFunction.backoff().admit();
    VirtualMachine bound = takeBound(kvmFunction.code());
    if (bound != null) {
      return lend(bound, kvmFunction, new Context.Warmth(true, false));
    }
    long heapBytes = HeapSize.of(kvmFunction.code().plan().heapBytes());
    boolean room = hasRoom();
    VirtualMachine vm = recycle(kvmFunction, heapBytes, true);
    if (vm == null && room) {
      vm = bindOrRetire(pool.poll(heapBytes), kvmFunction);
    }
    if (vm == null && !room) {
      vm = recycle(kvmFunction, heapBytes, false);
    }
    if (vm != null) {
      return lend(vm, kvmFunction, new Context.Warmth(false, false));
    }
    if (!hasRoom()) {
      if (idle.isEmpty()) {
        throw new ProblemException(
            Problem.of(
                    ProblemCode.OVERLOADED,
                    "all %d sandboxes of an engine are in use",
                    inUse.size())
                .withHint("try again soon, or raise limits.warm_sandboxes"));
      }
      // What waits does not fit; the oldest makes room for one that does.
      pool.retire(idle.removeFirst());
    }
    return lend(make(kvmFunction, heapBytes), kvmFunction, new Context.Warmth(false, true));
  }

  /** Whether another machine may be had; the first always, so that every engine can work. */
  private boolean hasRoom() {
    int held = idle.size() + inUse.size();
    return held == 0 || (held < sandboxesMax && pool.lendsMore());
  }

  private @Nullable VirtualMachine takeBound(GuestCode code) {
    for (int i = idle.size() - 1; i >= 0; i--) {
      if (idle.get(i).bound() == code) {
        return idle.remove(i);
      }
    }
    return null;
  }

  /**
   * Binds a machine that waits here: one that knows the function's plan, else the one that has
   * waited longest. Null if none fits.
   *
   * @param onlyBlank leave those alone that are bound to other functions
   */
  private @Nullable VirtualMachine recycle(
      KvmFunction function, long heapBytes, boolean onlyBlank) {
    int chosen = -1;
    for (int i = 0; i < idle.size(); i++) {
      VirtualMachine vm = idle.get(i);
      if (vm.heapBytes() >= heapBytes && (!onlyBlank || vm.bound() == null)) {
        if (vm.knows(function.code().plan())) {
          chosen = i;
          break;
        }
        chosen = chosen < 0 ? i : chosen;
      }
    }
    return chosen < 0 ? null : bindOrRetire(idle.remove(chosen), function);
  }

  private @Nullable VirtualMachine bindOrRetire(@Nullable VirtualMachine vm, KvmFunction function) {
    if (vm == null) {
      return null;
    }
    boolean bound = false;
    try {
      bound = vm.bind(function.code());
    } catch (LinuxException e) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.SANDBOX_UNAVAILABLE,
                  "a sandbox cannot be bound to the function: %s",
                  e.getMessage())
              .withHint("check the memory that this process may have"),
          e);
    } finally {
      if (!bound) {
        pool.retire(vm);
      }
    }
    return bound ? vm : null;
  }

  private VirtualMachine make(KvmFunction function, long heapBytes) {
    VirtualMachine vm;
    // Making one takes longer than the timer's interval, and a signal would make it fail.
    timer.rest();
    try {
      vm = bindOrRetire(pool.make(heapBytes), function);
    } catch (LinuxException e) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.SANDBOX_UNAVAILABLE, "no new sandbox can be made: %s", e.getMessage())
              .withHint("check the memory and the number of open files that this process may have"),
          e);
    }
    if (vm == null) {
      throw new ProblemException(
          Problem.of(
              ProblemCode.INTERNAL, "a new sandbox has no room for a function's page tables"));
    }
    return vm;
  }

  private KvmContext lend(VirtualMachine vm, KvmFunction function, Context.Warmth warmth) {
    KvmContext context = new KvmContext(this, vm, function, warmth);
    inUse.add(context);
    return context;
  }

  /** Takes a context back, wipes its machine and keeps it for the same function. */
  void release(KvmContext context) {
    inUse.remove(context);
    VirtualMachine vm = context.vm();
    try {
      switch (context.residue()) {
        case NOTED -> vm.wipe(context.writtenEnd());
        case ALL -> vm.wipeAll();
        case BEYOND_REPAIR -> {
          pool.retire(vm);
          return;
        }
      }
      if (context.forgotten()) {
        vm.unbind();
      }
    } catch (LinuxException e) {
      // What cannot be wiped is not used again.
      pool.retire(vm);
      return;
    }
    long now = System.nanoTime();
    vm.restSince(now);
    idle.add(vm);
    economise(now);
  }

  /**
   * Makes room in the node's resident budget where others need it: machines that have waited long
   * give up what they keep, and if even that is not enough, those that have waited longest go.
   */
  void economise(long now) {
    boolean overdrawn = budget.overdrawn();
    if (!overdrawn && !budget.scarce(now)) {
      return;
    }
    for (int i = idle.size() - 1; i >= 0; i--) {
      VirtualMachine vm = idle.get(i);
      if (vm.keptBytes() > 0 && (overdrawn || now - vm.idleSinceNanos() > LONG_IDLE_NANOS)) {
        try {
          vm.giveBack();
        } catch (LinuxException e) {
          pool.retire(idle.remove(i));
        }
      }
    }
    while (idle.size() > 1 && budget.overdrawn()) {
      pool.retire(idle.removeFirst());
    }
  }

  @Override
  public void forget(PreparedFunction function) {
    if (function instanceof KvmFunction kvmFunction) {
      for (int i = idle.size() - 1; i >= 0; i--) {
        if (kvmFunction.owns(idle.get(i).bound())) {
          VirtualMachine vm = idle.remove(i);
          try {
            vm.unbind();
            idle.add(i, vm);
          } catch (LinuxException e) {
            pool.retire(vm);
          }
        }
      }
      for (KvmContext context : inUse) {
        if (kvmFunction.owns(context.function().code())) {
          context.forget();
        }
      }
    }
  }

  /** Gives every machine up; contexts that are still in use become unusable. */
  @Override
  public void close() {
    for (VirtualMachine vm : idle) {
      pool.retire(vm);
    }
    idle.clear();
    for (KvmContext context : List.copyOf(inUse)) {
      context.setResidue(KvmContext.Residue.BEYOND_REPAIR);
      context.close();
    }
  }
}
