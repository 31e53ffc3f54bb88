package dev.pappus.sandbox.process;

import dev.pappus.linux.LinuxException;
import dev.pappus.sandbox.Context;
import dev.pappus.sandbox.InputCollector;
import dev.pappus.sandbox.PooledDomain;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.ResidentBudget;
import dev.pappus.sandbox.SealedContext;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An engine's contexts. Belongs to the engine's thread. */
final class ProcessDomain extends PooledDomain<ProcessDomain.Slot> {
  /** A memory file, the number under which zygotes know it, and who keeps the zygote. */
  record Slot(int number, ContextFile file, ZygoteKeeper zygotes) implements PooledDomain.Sandbox {
    @Override
    public boolean holds(PreparedFunction function) {
      return function instanceof ProcessFunction own && own.owns(file.bound());
    }

    @Override
    public void unbind() {
      file.unbind();
    }

    @Override
    public void giveBack() {
      if (file.keepsMuch()) {
        // Its page tables go, too.
        zygotes.endChild(this);
      }
      file.economise();
    }

    @Override
    public long idleSinceNanos() {
      return file.idleSinceNanos();
    }

    @Override
    public void restSince(long nanos) {
      file.restSince(nanos);
    }
  }

  /** What has served so recently is better left to its function. */
  private static final long ALIKE_IDLE_NANOS = 100_000_000;

  private final ZygoteKeeper zygotes;
  private final ResidentBudget budget;

  /** How many contexts the node's engines have together, and may have. */
  private final AtomicInteger nodeContexts;

  private final int nodeContextsMax;
  private final BitSet numbers = new BitSet();

  ProcessDomain(
      ZygoteKeeper zygotes,
      ResidentBudget budget,
      int contextsMax,
      AtomicInteger nodeContexts,
      int nodeContextsMax) {
    super(budget, contextsMax);
    this.zygotes = zygotes;
    this.budget = budget;
    this.nodeContexts = nodeContexts;
    this.nodeContextsMax = nodeContextsMax;
  }

  @Override
  public ProcessContext acquire(PreparedFunction function) {
    if (!(function instanceof ProcessFunction own)) {
      throw new IllegalArgumentException("prepared by another backend: " + function);
    }
    own.backoff().admit();
    reclaim();
    Slot bound = takeLatest(slot -> fits(slot, own) && slot.file().bound() == own);
    if (bound != null) {
      return lend(bound, own, new Context.Warmth(true, false));
    }
    Slot blank = takeLatest(slot -> isBlank(slot, own) && slot.file().isAlike(own));
    if (blank == null) {
      blank = takeLatest(slot -> isBlank(slot, own));
    }
    boolean fresh = false;
    if (blank == null && !hasRoom()) {
      blank = recycle(own);
    }
    if (blank == null) {
      makeRoom();
      blank = make(own.contextBytes());
      fresh = true;
    }
    bind(blank, own);
    return lend(blank, own, new Context.Warmth(false, fresh));
  }

  @Override
  public @Nullable InputCollector openCollector(PreparedFunction function, long bytes) {
    reclaim();
    return canSpareOne(slot -> slot.file().sizeBytes() == function.contextBytes(), true)
        ? leaveCollecting(
            Math.min(bytes, function.contextBytes()),
            room -> {
              ProcessContext context = acquire(function);
              return new Collecting<>(context.slot(), context, context.openCollector(room), room);
            })
        : null;
  }

  private static boolean isBlank(Slot slot, ProcessFunction function) {
    return fits(slot, function) && slot.file().bound() == null;
  }

  private static boolean fits(Slot slot, ProcessFunction function) {
    return slot.file().sizeBytes() == function.contextBytes();
  }

  @Override
  protected boolean nodeHasRoom() {
    return nodeContexts.get() < nodeContextsMax;
  }

  @Override
  protected void discard(Slot slot) {
    zygotes.detach(slot);
    numbers.clear(slot.number());
    nodeContexts.decrementAndGet();
    slot.file().close();
  }

  /**
   * One that waits for another function, the one that has waited longest; if one has waited a while
   * whose child can serve this function as well, that one.
   */
  private @Nullable Slot recycle(ProcessFunction function) {
    long usedBefore = System.nanoTime() - ALIKE_IDLE_NANOS;
    Slot alike =
        takeOldest(each ->
            fits(each, function)
                && each.file().isAlike(function)
                && each.idleSinceNanos() - usedBefore < 0);
    return alike != null ? alike : takeOldest(each -> fits(each, function));
  }

  private Slot make(long contextBytes) {
    ContextFile file;
    try {
      file = new ContextFile(contextBytes, budget);
    } catch (LinuxException e) {
      throw noneCanBeMade(e);
    }
    int number = numbers.nextClearBit(0);
    numbers.set(number);
    nodeContexts.incrementAndGet();
    Slot slot = new Slot(number, file, zygotes);
    zygotes.attach(slot);
    return slot;
  }

  private void bind(Slot slot, ProcessFunction function) {
    boolean bound = false;
    try {
      slot.file().bind(function);
      bound = true;
    } finally {
      if (!bound) {
        discard(slot);
      }
    }
  }

  private ProcessContext lend(Slot slot, ProcessFunction function, Context.Warmth warmth) {
    lend(slot);
    return new ProcessContext(this, slot, function, warmth);
  }

  /**
   * Leaves a context sealed; what its last reader calls, or null if the engine could not go on at
   * once, or there is no memory for it.
   */
  @Nullable Runnable leaveSealed(ProcessContext context, SealedContext sealed) {
    Slot slot = context.slot();
    return canSpareOne(true)
        ? leaveSealed(slot, slot.file().unchargedBytes(sealed.lentPageBytes()), context::release)
        : null;
  }

  @Override
  protected void abandon(Slot slot) {
    zygotes.detach(slot);
  }

  @Override
  protected void discardAbandoned(Slot slot) {
    nodeContexts.decrementAndGet();
    slot.file().close();
  }

  /** Takes a context back, cleans it and keeps it for the same function. */
  void release(ProcessContext context) {
    Slot slot = context.slot();
    if (!takeBack(slot)) {
      return;
    }
    boolean clean = false;
    try {
      zygotes.settle(slot, context.wasEndedBySignal());
      if (!slot.file().clean()) {
        // Nor are its page tables kept.
        zygotes.endChild(slot);
      }
      if (wasForgotten(slot)) {
        slot.unbind();
      }
      clean = true;
    } catch (LinuxException e) {
      // Below.
    } finally {
      // What cannot be cleaned is not used again.
      if (!clean) {
        discard(slot);
      }
    }
    if (clean) {
      keep(slot);
    }
  }
}
