package dev.pappus.dispatcher;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Where sets of an application are, other than in the node's memory.
 *
 * @param staying positions of outputs that need not get there: only compute functions read them
 * @param into where these outputs are gathered; null if nowhere
 * @param from where inputs have been gathered; null if nowhere
 */
record ResultPlaces(BitSet staying, @Nullable Gathering into, @Nullable Gathering from) {
  /** All are in the node's memory. */
  static ResultPlaces inMemory() {
    return new ResultPlaces(new BitSet(), null, null);
  }
}
