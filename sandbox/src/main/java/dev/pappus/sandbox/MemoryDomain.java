package dev.pappus.sandbox;

import org.jspecify.annotations.Nullable;

/** A bounded source of contexts. Belongs to one engine and its thread. */
public interface MemoryDomain {
  /**
   * A clean context bound to {@code function}: one that is bound already, else a blank warm one,
   * else a new one.
   *
   * @throws dev.pappus.model.ProblemException with OVERLOADED if the bound is reached,
   *     SANDBOX_UNAVAILABLE if the host gives no more
   */
  Context acquire(PreparedFunction function);

  /**
   * A clean context that is bound to {@code function} for inputs that others make, until they are
   * all there. Null if the engine cannot do without it, or the backend has no such contexts.
   *
   * @param bytes how much there will be
   * @throws dev.pappus.model.ProblemException as {@link #acquire}
   */
  default @Nullable InputCollector openCollector(PreparedFunction function, long bytes) {
    return null;
  }

  /**
   * The context with what was collected, as if it had just been acquired for {@code function}. Null
   * if it is another domain's or function's, or has gone back; its items can be read all the same,
   * unless it has.
   */
  default @Nullable Context take(InputCollector collector, PreparedFunction function) {
    return null;
  }

  /**
   * Gives up every context that is bound to {@code function}: it was replaced, removed or evicted.
   */
  void forget(PreparedFunction function);

  /**
   * Says whom to tell of sealed contexts that come back.
   *
   * @param wake called on any thread, when there is something to {@link #reclaim}
   */
  default void onReturn(Runnable wake) {}

  /** Wipes sealed contexts that have come back. */
  default void reclaim() {}

  /** Whether there are such. */
  default boolean hasReturned() {
    return false;
  }
}
