package dev.pappus.sandbox.kvm;

import dev.pappus.linux.LinuxException;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.Context;
import dev.pappus.sandbox.DeadlineTimer;
import dev.pappus.sandbox.InputCollector;
import dev.pappus.sandbox.PooledDomain;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.ResidentBudget;
import org.jspecify.annotations.Nullable;

/** An engine's machines. Belongs to the engine's thread. */
final class KvmDomain extends PooledDomain<VirtualMachine> {
  private final VmPool pool;
  private final DeadlineTimer timer;

  KvmDomain(VmPool pool, ResidentBudget budget, int sandboxesMax, DeadlineTimer timer) {
    super(budget, sandboxesMax);
    this.pool = pool;
    this.timer = timer;
  }

  @Override
  public KvmContext acquire(PreparedFunction function) {
    KvmFunction own = own(function);
    own.backoff().admit();
    reclaim();
    VirtualMachine bound = takeLatest(vm -> vm.bound() == own.code());
    if (bound != null) {
      return lend(bound, own, new Context.Warmth(true, false));
    }
    long heapBytes = HeapSize.of(own.code().plan().heapBytes());
    boolean room = hasRoom();
    VirtualMachine vm = recycle(own, heapBytes, true);
    if (vm == null && room) {
      vm = bindOrRetire(pool.poll(heapBytes), own);
    }
    if (vm == null && !room) {
      vm = recycle(own, heapBytes, false);
    }
    if (vm != null) {
      return lend(vm, own, new Context.Warmth(false, false));
    }
    makeRoom();
    return lend(make(own, heapBytes), own, new Context.Warmth(false, true));
  }

  private static KvmFunction own(PreparedFunction function) {
    if (!(function instanceof KvmFunction own)) {
      throw new IllegalArgumentException("prepared by another backend: " + function);
    }
    return own;
  }

  @Override
  public @Nullable InputCollector openCollector(PreparedFunction function, long bytes) {
    reclaim();
    GuestCode code = own(function).code();
    long heapBytes = HeapSize.of(code.plan().heapBytes());
    boolean onlyBlank = hasRoom(); // as acquire does
    return canSpareOne(
            vm -> vm.bound() == code || vm.fits(heapBytes, onlyBlank), pool.hasBlank(heapBytes))
        ? leaveCollecting(
            Math.min(bytes, function.contextBytes()),
            room -> {
              KvmContext context = acquire(function);
              return new Collecting<>(context.vm(), context, context.openCollector(room), room);
            })
        : null;
  }

  @Override
  protected boolean nodeHasRoom() {
    return pool.lendsMore();
  }

  @Override
  protected void discard(VirtualMachine vm) {
    pool.retire(vm);
  }

  /**
   * Binds a machine that waits here: one that knows the function's plan, else the one that has
   * waited longest. Null if none fits.
   *
   * @param onlyBlank leave those alone that are bound to other functions
   */
  private @Nullable VirtualMachine recycle(
      KvmFunction function, long heapBytes, boolean onlyBlank) {
    MemoryPlan plan = function.code().plan();
    VirtualMachine vm = takeOldest(each -> each.fits(heapBytes, onlyBlank) && each.knows(plan));
    if (vm == null) {
      vm = takeOldest(each -> each.fits(heapBytes, onlyBlank));
    }
    return bindOrRetire(vm, function);
  }

  private @Nullable VirtualMachine bindOrRetire(@Nullable VirtualMachine vm, KvmFunction function) {
    if (vm == null) {
      return null;
    }
    boolean bound = false;
    try {
      bound = vm.bind(function);
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
      throw noneCanBeMade(e);
    }
    if (vm == null) {
      throw new ProblemException(
          Problem.of(
              ProblemCode.INTERNAL, "a new sandbox has no room for a function's page tables"));
    }
    return vm;
  }

  private KvmContext lend(VirtualMachine vm, KvmFunction function, Context.Warmth warmth) {
    lend(vm);
    return new KvmContext(this, vm, function, warmth);
  }

  /**
   * Leaves a context sealed; what its last reader calls, or null if the engine could not go on at
   * once, or there is no memory for it.
   */
  @Nullable Runnable leaveSealed(KvmContext context) {
    VirtualMachine vm = context.vm();
    return vm.notesWrites() && canSpareOne(pool.hasBlank(vm.heapBytes()))
        ? leaveSealed(vm, vm.unchargedBytes(context.writtenEnd()), context::release)
        : null;
  }

  @Override
  protected void abandon(VirtualMachine vm) {}

  @Override
  protected void discardAbandoned(VirtualMachine vm) {
    pool.retire(vm);
  }

  /** Takes a context back, wipes its machine and keeps it for the same function. */
  void release(KvmContext context) {
    VirtualMachine vm = context.vm();
    if (!takeBack(vm)) {
      return;
    }
    boolean forgotten = wasForgotten(vm);
    try {
      switch (context.residue()) {
        case NOTED -> vm.wipe(context.writtenEnd());
        case ALL -> vm.wipeAll();
        case BEYOND_REPAIR -> {
          pool.retire(vm);
          return;
        }
      }
      if (forgotten) {
        vm.unbind();
      }
    } catch (LinuxException e) {
      // What cannot be wiped is not used again.
      pool.retire(vm);
      return;
    }
    keep(vm);
  }
}
