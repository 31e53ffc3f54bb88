package dev.pappus.sandbox;

import dev.pappus.linux.LinuxException;
import dev.pappus.linux.Threads;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.util.BitSet;

/** The processors that a node's engines may be confined to, one each. Any thread may use it. */
public final class EnginePlaces {
  private final BitSet processors = Threads.affinity();

  /**
   * Those of the calling thread. To be called before engines are: a thread that is started by a
   * confined one is confined, too.
   */
  public EnginePlaces() {}

  /**
   * Confines the calling thread, and what it starts, to the place of an engine.
   *
   * @return what it was confined to before
   * @throws ProblemException with SANDBOX_UNAVAILABLE if the host does not allow it
   */
  public BitSet take(int index) {
    BitSet before = Threads.affinity();
    int[] all = processors.stream().toArray();
    BitSet one = new BitSet();
    one.set(all[Math.floorMod(index, all.length)]);
    try {
      Threads.setAffinity(one);
    } catch (LinuxException e) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.SANDBOX_UNAVAILABLE,
                  "engine %d cannot be pinned: %s",
                  index,
                  e.getMessage())
              .withHint("'pappus doctor' shows what this host offers"),
          e);
    }
    return before;
  }
}
