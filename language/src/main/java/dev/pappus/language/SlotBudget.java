package dev.pappus.language;

import dev.pappus.model.Signature;

/**
 * Bounds the parameter positions in all graphs of a text: an application has one for each input and
 * output of its callee, so that few bytes of text can ask for many.
 */
final class SlotBudget {
  static final int SLOTS_MAX = 1_000_000;

  private long left = SLOTS_MAX;

  /** Takes the positions of one application; false if there are no more. */
  boolean take(Signature signature) {
    left -= (long) signature.inputs().size() + signature.outputs().size();
    return left >= 0;
  }
}
