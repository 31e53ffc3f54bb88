package dev.pappus.sandbox;

import dev.pappus.linux.Threads;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** The thread that opened an engine: the only one that may use it, and perhaps confined for it. */
public final class EngineThread implements AutoCloseable {
  private final Thread owner = Thread.currentThread();
  private @Nullable BitSet affinityBefore;

  private EngineThread(@Nullable BitSet affinityBefore) {
    this.affinityBefore = affinityBefore;
  }

  /**
   * The calling thread, as the owner of an engine; a platform thread.
   *
   * @param index number of the engine; a negative one has no place
   * @param places for engines, to confine it to one of them; null to leave it where it may run
   * @throws dev.pappus.model.ProblemException with SANDBOX_UNAVAILABLE if it cannot be confined
   */
  public static EngineThread current(int index, @Nullable EnginePlaces places) {
    requirePlatformThread();
    return new EngineThread(places == null || index < 0 ? null : places.take(index));
  }

  /** Fails on a virtual thread, which guests would keep from its carrier. */
  public static void requirePlatformThread() {
    if (Thread.currentThread().isVirtual()) {
      throw new IllegalStateException("an engine needs a platform thread");
    }
  }

  /** Fails unless it is the one that calls. */
  public void require() {
    if (Thread.currentThread() != owner) {
      throw new IllegalStateException("an engine belongs to the thread that opened it");
    }
  }

  /** Lets it run again where it might before. */
  @Override
  public void close() {
    if (affinityBefore != null) {
      Threads.setAffinity(affinityBefore);
      affinityBefore = null;
    }
  }
}
