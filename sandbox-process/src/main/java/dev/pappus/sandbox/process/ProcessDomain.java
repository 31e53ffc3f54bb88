package dev.pappus.sandbox.process;

import dev.pappus.linux.LinuxException;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.Context;
import dev.pappus.sandbox.MemoryDomain;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.ResidentBudget;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An engine's contexts. Belongs to the engine's thread. */
final class ProcessDomain implements MemoryDomain, AutoCloseable {
  /** A context that has waited for so long gives what it keeps to those that ask for more. */
  private static final long LONG_IDLE_NANOS = 1_000_000_000L;

  /** A memory file and the number under which zygotes know it. */
  record Slot(int number, ContextFile file) {}

  private final ZygoteKeeper zygotes;
  private final ResidentBudget budget;
  private final int contextsMax;

  /** How many contexts the node's engines have together, and may have. */
  private final AtomicInteger nodeContexts;

  private final int nodeContextsMax;

  /** Clean contexts, the one used last at the end. */
  private final List<Slot> idle = new ArrayList<>();

  private final List<ProcessContext> inUse = new ArrayList<>();
  private final BitSet numbers = new BitSet();

  ProcessDomain(
      ZygoteKeeper zygotes,
      ResidentBudget budget,
      int contextsMax,
      AtomicInteger nodeContexts,
      int nodeContextsMax) {
    this.zygotes = zygotes;
    this.budget = budget;
    this.contextsMax = contextsMax;
    this.nodeContexts = nodeContexts;
    this.nodeContextsMax = nodeContextsMax;
  }

  @Override
  public Context acquire(PreparedFunction function) {
    if (!(function instanceof ProcessFunction own)) {
      throw new IllegalArgumentException("prepared by another backend: " + function);
    }
    own.backoff().admit();
    Slot bound = takeIdle(own, own.contextBytes());
    if (bound != null) {
      return lend(bound, own, new Context.Warmth(true, false));
    }
    Slot blank = takeIdle(null, own.contextBytes());
    boolean fresh = false;
    if (blank == null && !hasRoom()) {
      blank = recycle(own.contextBytes());
    }
    if (blank == null) {
      blank = make(own.contextBytes());
      fresh = true;
    }
    bind(blank, own);
    return lend(blank, own, new Context.Warmth(false, fresh));
  }

  private @Nullable Slot takeIdle(@Nullable ProcessFunction function, long contextBytes) {
    for (int i = idle.size() - 1; i >= 0; i--) {
      ContextFile file = idle.get(i).file();
      if (file.bound() == function && file.sizeBytes() == contextBytes) {
        return idle.remove(i);
      }
    }
    return null;
  }

  /** Makes one blank that waits for another function, the one that has waited longest. */
  private @Nullable Slot recycle(long contextBytes) {
    for (int i = 0; i < idle.size(); i++) {
      Slot slot = idle.get(i);
      if (slot.file().sizeBytes() == contextBytes) {
        idle.remove(i);
        try {
          slot.file().unbind();
          return slot;
        } catch (LinuxException e) {
          discard(slot);
          return null;
        }
      }
    }
    return null;
  }

  /** Whether another context may be had; the first always, so that every engine can work. */
  private boolean hasRoom() {
    int held = idle.size() + inUse.size();
    return held == 0 || (held < contextsMax && nodeContexts.get() < nodeContextsMax);
  }

  private Slot make(long contextBytes) {
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
      discard(idle.removeFirst());
    }
    ContextFile file;
    try {
      file = new ContextFile(contextBytes, budget);
    } catch (LinuxException e) {
      throw noContext(e);
    }
    int number = numbers.nextClearBit(0);
    numbers.set(number);
    nodeContexts.incrementAndGet();
    Slot slot = new Slot(number, file);
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

  private static ProblemException noContext(LinuxException e) {
    return new ProblemException(
        Problem.of(
                ProblemCode.SANDBOX_UNAVAILABLE, "no new sandbox can be made: %s", e.getMessage())
            .withHint("check the memory and the number of open files that this process may have"),
        e);
  }

  private ProcessContext lend(Slot slot, ProcessFunction function, Context.Warmth warmth) {
    ProcessContext context = new ProcessContext(this, slot, function, warmth);
    inUse.add(context);
    return context;
  }

  /** Takes a context back, cleans it and keeps it for the same function. */
  void release(ProcessContext context) {
    inUse.remove(context);
    Slot slot = context.slot();
    boolean clean = false;
    try {
      if (context.forgotten()) {
        slot.file().unbind();
      } else {
        slot.file().clean();
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
    if (!clean) {
      return;
    }
    long now = System.nanoTime();
    slot.file().restSince(now);
    idle.add(slot);
    economise(now);
  }

  private void discard(Slot slot) {
    zygotes.detach(slot);
    numbers.clear(slot.number());
    nodeContexts.decrementAndGet();
    slot.file().close();
  }

  /**
   * Makes room in the node's resident budget where others need it: contexts that have waited long
   * give up what they keep, and if even that is not enough, those that have waited longest go.
   */
  void economise(long now) {
    boolean overdrawn = budget.overdrawn();
    if (!overdrawn && !budget.scarce(now)) {
      return;
    }
    for (int i = idle.size() - 1; i >= 0; i--) {
      Slot slot = idle.get(i);
      if (overdrawn || now - slot.file().idleSinceNanos() > LONG_IDLE_NANOS) {
        try {
          slot.file().economise();
        } catch (LinuxException e) {
          discard(idle.remove(i));
        }
      }
    }
    while (idle.size() > 1 && budget.overdrawn()) {
      discard(idle.removeFirst());
    }
  }

  @Override
  public void forget(PreparedFunction function) {
    if (!(function instanceof ProcessFunction own)) {
      return;
    }
    for (int i = idle.size() - 1; i >= 0; i--) {
      Slot slot = idle.get(i);
      if (own.owns(slot.file().bound())) {
        try {
          slot.file().unbind();
        } catch (LinuxException e) {
          discard(idle.remove(i));
        }
      }
    }
    for (ProcessContext context : inUse) {
      if (own.owns(context.function())) {
        context.forget();
      }
    }
  }

  /** Gives every context up; those that are still in use become unusable. */
  @Override
  public void close() {
    for (ProcessContext context : List.copyOf(inUse)) {
      context.close();
    }
    idle.forEach(this::discard);
    idle.clear();
  }
}
