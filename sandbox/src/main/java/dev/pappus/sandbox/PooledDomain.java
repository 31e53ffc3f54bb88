package dev.pappus.sandbox;

import dev.pappus.linux.LinuxException;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An engine's contexts, in sandboxes that outlive them: at work, or wiped and waiting for their
 * function or another. Which of them serves whom is for the backend to choose. Belongs to the
 * engine's thread.
 *
 * @param <S> what a context lives in
 */
public abstract class PooledDomain<S extends PooledDomain.Sandbox>
    implements MemoryDomain, AutoCloseable {
  /** What has waited for so long gives what it keeps to those that ask for more. */
  private static final long LONG_IDLE_NANOS = 1_000_000_000L;

  /**
   * One in so many sandboxes may stay sealed: the more there are in turn, the less of their memory
   * is in the processor's caches, which soon costs more than a second copy.
   */
  private static final int SEALED_SHARE = 8;

  /** What contexts live in, one at a time. */
  public interface Sandbox {
    /** Whether it is bound to a function, or to the template of a program. */
    boolean holds(PreparedFunction function);

    /**
     * Makes a wiped one blank.
     *
     * @throws LinuxException if that fails: then it is not used again
     */
    void unbind();

    /**
     * Gives back what a wiped one keeps only to be faster.
     *
     * @throws LinuxException if that fails: then it is not used again
     */
    void giveBack();

    /** When it was wiped last, on {@link System#nanoTime}'s scale. */
    long idleSinceNanos();

    /** Notes that it is wiped. */
    void restSince(long nanos);
  }

  private final ResidentBudget budget;
  private final int sandboxesMax;

  /** Wiped, the one used last at the end. */
  private final List<S> idle = new ArrayList<>();

  private final List<S> inUse = new ArrayList<>();

  /** Of those in use, what shall be blank afterwards. */
  private final List<S> forgotten = new ArrayList<>();

  /** Of those in use, what stays sealed until others have read it. */
  private final List<S> sealed = new ArrayList<>();

  /** Of what stays sealed, what waits for its run. */
  private final IdentityHashMap<InputCollector, Collecting<S>> collecting = new IdentityHashMap<>();

  private final ReturnedContexts<Sealed<S>> returned = new ReturnedContexts<>();

  /** What stays sealed, the bytes that are charged for it, and how its context is given back. */
  private record Sealed<S>(S sandbox, long bytes, Runnable release) {}

  /**
   * A context whose inputs are collected.
   *
   * @param sandbox what it lives in
   * @param bytes how much may be collected
   */
  public record Collecting<S>(S sandbox, Context context, InputCollector collector, long bytes) {}

  /**
   * A domain without sandboxes.
   *
   * @param sandboxesMax how many it may hold
   */
  protected PooledDomain(ResidentBudget budget, int sandboxesMax) {
    this.budget = budget;
    this.sandboxesMax = sandboxesMax;
  }

  /** Whether the node's engines hold fewer than they may together. */
  protected abstract boolean nodeHasRoom();

  /** Ends one that is not in use. */
  protected abstract void discard(S sandbox);

  /** The domain closes before the readers of a sealed one are done. */
  protected abstract void abandon(S sandbox);

  /** Ends one that was abandoned; any thread. */
  protected abstract void discardAbandoned(S sandbox);

  /**
   * Whether another one may be had; the first always, so that every engine can work, whatever stays
   * sealed.
   */
  protected final boolean hasRoom() {
    int held = idle.size() + inUse.size();
    return held == sealed.size() || (held < sandboxesMax && nodeHasRoom());
  }

  /**
   * Whether the engine could go on at once if one more stayed sealed.
   *
   * @param another whether another one is ready, if there may be another
   */
  protected final boolean canSpareOne(boolean another) {
    int sealedMax = Math.min(sandboxesMax - 1, Math.max(1, sandboxesMax / SEALED_SHARE));
    return sealed.size() < sealedMax && (!idle.isEmpty() || (another && hasRoom()));
  }

  /**
   * Whether the engine could go on at once if one stayed sealed that will do for {@code wanted}.
   *
   * @param another whether another one will do that is ready, if there may be another
   */
  protected final boolean canSpareOne(Predicate<S> wanted, boolean another) {
    return canSpareOne(another) && (idle.stream().anyMatch(wanted) || (another && hasRoom()));
  }

  /**
   * Leaves one in use as its guest left it.
   *
   * @param bytes what it keeps resident that is charged to nobody
   * @param release gives its context back; called on this thread, later
   * @return what its last reader calls, on any thread; null if there is no memory for this
   */
  protected final @Nullable Runnable leaveSealed(S sandbox, long bytes, Runnable release) {
    return budget.tryCharge(bytes) ? holdSealed(sandbox, bytes, release) : null;
  }

  /** Leaves one in use as it is; {@code bytes} have been charged for it. */
  private Runnable holdSealed(S sandbox, long bytes, Runnable release) {
    sealed.add(sandbox);
    return () -> {
      // Refunded when the memory is free, not before.
      if (!returned.add(new Sealed<>(sandbox, bytes, release))) {
        try {
          discardAbandoned(sandbox);
        } finally {
          budget.refund(bytes);
        }
      }
    };
  }

  /**
   * Leaves a context to those who make its inputs, if there is memory for that.
   *
   * @param bytes how much they may bring
   * @param acquire has one acquired, and opens its collector
   */
  protected final @Nullable InputCollector leaveCollecting(
      long bytes, LongFunction<Collecting<S>> acquire) {
    if (!budget.tryCharge(bytes)) {
      return null;
    }
    Collecting<S> made = null;
    try {
      made = acquire.apply(bytes);
    } finally {
      if (made == null) {
        budget.refund(bytes);
      }
    }
    InputCollector collector = made.collector();
    Context context = made.context();
    collecting.put(collector, made);
    collector
        .context()
        .giveBackBy(
            holdSealed(
                made.sandbox(),
                bytes,
                () -> {
                  collecting.remove(collector);
                  context.close();
                }));
    return collector;
  }

  @Override
  public final @Nullable Context take(InputCollector collector, PreparedFunction function) {
    Collecting<S> own = collecting.get(collector);
    if (own == null || !own.sandbox().holds(function) || !collector.tryTake()) {
      return null;
    }
    collecting.remove(collector);
    sealed.remove(own.sandbox());
    budget.refund(own.bytes());
    return own.context();
  }

  @Override
  public final void onReturn(Runnable wake) {
    returned.onReturn(wake);
  }

  @Override
  public final void reclaim() {
    for (Sealed<S> next = returned.poll(); next != null; next = returned.poll()) {
      sealed.remove(next.sandbox());
      try {
        next.release().run();
      } finally {
        budget.refund(next.bytes());
      }
    }
  }

  @Override
  public final boolean hasReturned() {
    return !returned.isEmpty();
  }

  /**
   * Makes room for another one: where there is none, what waits longest goes, since it did not fit.
   *
   * @throws ProblemException with OVERLOADED if none waits
   */
  protected final void makeRoom() {
    if (hasRoom()) {
      return;
    }
    if (idle.isEmpty()) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.OVERLOADED, "all %d sandboxes of an engine are in use", inUse.size())
              .withHint("try again soon, or raise limits.warm_sandboxes"));
    }
    discard(idle.removeFirst());
  }

  /** What says that the host gives no more. */
  protected static ProblemException noneCanBeMade(LinuxException e) {
    return new ProblemException(
        Problem.of(
                ProblemCode.SANDBOX_UNAVAILABLE, "no new sandbox can be made: %s", e.getMessage())
            .withHint("check the memory and the number of open files that this process may have"),
        e);
  }

  /** Of those that wait and will do, the one used last; null if there is none. */
  protected final @Nullable S takeLatest(Predicate<S> wanted) {
    for (int i = idle.size() - 1; i >= 0; i--) {
      if (wanted.test(idle.get(i))) {
        return idle.remove(i);
      }
    }
    return null;
  }

  /** Of those that wait and will do, the one that has waited longest; null if there is none. */
  protected final @Nullable S takeOldest(Predicate<S> wanted) {
    for (int i = 0; i < idle.size(); i++) {
      if (wanted.test(idle.get(i))) {
        return idle.remove(i);
      }
    }
    return null;
  }

  /** Notes that a context lives in it from now on. */
  protected final void lend(S sandbox) {
    inUse.add(sandbox);
  }

  /**
   * Takes it back from its context. False if the domain has been closed meanwhile, and it is gone.
   */
  protected final boolean takeBack(S sandbox) {
    return inUse.remove(sandbox);
  }

  /** Whether its function was given up while it was in use; it must be unbound then. */
  protected final boolean wasForgotten(S sandbox) {
    return forgotten.remove(sandbox);
  }

  /** Keeps a wiped one for the next context. */
  protected final void keep(S sandbox) {
    long now = System.nanoTime();
    sandbox.restSince(now);
    idle.add(sandbox);
    economise(now);
  }

  /**
   * Makes room in the node's resident budget where others need it: what has waited long gives up
   * what it keeps, and if even that is not enough, those that have waited longest go.
   */
  public final void economise(long now) {
    boolean overdrawn = budget.overdrawn();
    if (!overdrawn && !budget.scarce(now)) {
      return;
    }
    for (int i = idle.size() - 1; i >= 0; i--) {
      S sandbox = idle.get(i);
      if (overdrawn || now - sandbox.idleSinceNanos() > LONG_IDLE_NANOS) {
        orDiscard(i, sandbox::giveBack);
      }
    }
    while (idle.size() > 1 && budget.overdrawn()) {
      discard(idle.removeFirst());
    }
  }

  /**
   * What cannot be brought to an end with an idle sandbox ends that, as its memory may be anything.
   */
  private void orDiscard(int index, Runnable step) {
    boolean done = false;
    try {
      step.run();
      done = true;
    } catch (LinuxException e) {
      // Below.
    } finally {
      if (!done) {
        discard(idle.remove(index));
      }
    }
  }

  @Override
  public final void forget(PreparedFunction function) {
    for (int i = idle.size() - 1; i >= 0; i--) {
      S sandbox = idle.get(i);
      if (sandbox.holds(function)) {
        orDiscard(i, sandbox::unbind);
      }
    }
    for (S sandbox : inUse) {
      if (sandbox.holds(function) && !forgotten.contains(sandbox)) {
        forgotten.add(sandbox);
      }
    }
  }

  /**
   * Gives every sandbox up; contexts that are still in use become unusable, but those that are
   * sealed stay until their readers are done.
   */
  @Override
  public void close() {
    returned.close();
    reclaim();
    idle.forEach(this::discard);
    idle.clear();
    sealed.forEach(this::abandon);
    inUse.removeAll(sealed);
    sealed.clear();
    collecting.clear();
    inUse.forEach(this::discard);
    inUse.clear();
  }
}
