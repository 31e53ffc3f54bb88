package dev.pappus.sandbox;

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
