package dev.pappus.sandbox;

/**
 * Runs untrusted code to completion on the thread that opened it, which is the only one that may
 * use it.
 */
public interface ComputeEngine extends AutoCloseable {
  /** The contexts that this engine can run. */
  MemoryDomain domain();

  /**
   * Enters the guest and returns when it has left, or has been ended. Never throws for anything a
   * guest does.
   *
   * @param context acquired from {@link #domain()}, its inputs written
   * @param deadline the guest is ended soon after it; it may move to an earlier time meanwhile
   */
  RunOutcome run(Context context, Deadline deadline);

  /**
   * Says whether runs from now on are long, so that other threads of the host go first where it
   * allows that. Nothing, where guests cannot be told from the node's own work.
   */
  default void inBackground(boolean now) {}

  /**
   * Has the run that is under way, if any, look at its deadline again. Any thread may call it, at
   * any time, even when the engine is closed; a run whose deadline has not moved goes on.
   */
  void nudge();

  /** Called when the owner has no work for now and may block; timers and the like come to rest. */
  void idle();

  @Override
  void close();
}
