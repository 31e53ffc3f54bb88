package dev.pappus.sandbox;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Those for whom a run leaves its outputs. Asked on the engine's thread, once the run has ended.
 */
public interface OutputReaders {
  /**
   * Positions of sets that only functions will read, so that the node's memory need not hold them.
   */
  default BitSet computing() {
    return new BitSet();
  }

  /**
   * What puts together the inputs of the one run that reads all of these; null if there is no such
   * run, or its context cannot be had.
   *
   * @param own the context they lie in
   */
  default @Nullable InputCollector outputsCollector(SealedContext own) {
    return null;
  }

  /** Whether one more context may stay sealed for them; asked at most once. */
  default boolean mayHoldOneMore() {
    return true;
  }
}
