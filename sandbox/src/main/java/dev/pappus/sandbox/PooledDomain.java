package dev.pappus.sandbox;

import dev.pappus.linux.LinuxException;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.util.ArrayList;
import java.util.List;
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

  /** Whether another one may be had; the first always, so that every engine can work. */
  protected final boolean hasRoom() {
    int held = idle.size() + inUse.size();
    return held == 0 || (held < sandboxesMax && nodeHasRoom());
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
        try {
          sandbox.giveBack();
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
  public final void forget(PreparedFunction function) {
    for (int i = idle.size() - 1; i >= 0; i--) {
      S sandbox = idle.get(i);
      if (sandbox.holds(function)) {
        try {
          sandbox.unbind();
        } catch (LinuxException e) {
          discard(idle.remove(i));
        }
      }
    }
    for (S sandbox : inUse) {
      if (sandbox.holds(function) && !forgotten.contains(sandbox)) {
        forgotten.add(sandbox);
      }
    }
  }

  /** Gives every sandbox up; contexts that are still in use become unusable. */
  @Override
  public void close() {
    idle.forEach(this::discard);
    idle.clear();
    inUse.forEach(this::discard);
    inUse.clear();
  }
}
