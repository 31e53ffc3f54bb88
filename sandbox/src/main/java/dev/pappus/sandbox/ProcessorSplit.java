package dev.pappus.sandbox;

import dev.pappus.linux.Errno;
import dev.pappus.linux.LinuxException;
import dev.pappus.linux.Threads;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Some processors for the node itself (network, communication functions, the JVM's own threads),
 * the others for untrusted code. Immutable; any thread may use it.
 */
public final class ProcessorSplit {
  private final BitSet trusted = new BitSet();
  private final BitSet untrusted = new BitSet();

  /**
   * Splits the processors that the calling thread may use.
   *
   * @param trustedCount how many the node keeps, the first ones; at least 1
   * @throws IllegalArgumentException if none is left for untrusted code
   */
  public ProcessorSplit(int trustedCount) {
    int[] all = Threads.affinity().stream().toArray();
    if (trustedCount < 1 || trustedCount >= all.length) {
      throw new IllegalArgumentException(
          "must leave a processor for functions: this process has %d, so 0 to %d, not %d"
              .formatted(all.length, all.length - 1, trustedCount));
    }
    Arrays.stream(all, 0, trustedCount).forEach(trusted::set);
    Arrays.stream(all, trustedCount, all.length).forEach(untrusted::set);
  }

  /** Confines every thread that the process has now, and what those start, to the node's own. */
  public void confineProcess() {
    for (int thread : Threads.all()) {
      try {
        Threads.setAffinity(thread, trusted);
      } catch (LinuxException e) {
        if (e.errno() != Errno.ESRCH) { // else it has ended meanwhile
          throw e;
        }
      }
    }
  }

  /**
   * Confines the calling thread, and what it starts, to the node's own processors. A virtual thread
   * confines its carrier, which an engine's thread may have started.
   */
  public void enterTrusted() {
    Threads.setAffinity(trusted);
  }

  /** Confines the calling thread, and what it starts, to the processors of untrusted code. */
  public void enterUntrusted() {
    Threads.setAffinity(untrusted);
  }
}
