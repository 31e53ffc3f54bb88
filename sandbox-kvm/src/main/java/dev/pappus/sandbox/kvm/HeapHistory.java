package dev.pappus.sandbox.kvm;

/**
 * Which chunks of its heap a function has used of late. A chunk that is kept costs its wipe in
 * every run, one that is given back costs more than twice that in each run that needs it: so it is
 * worth keeping where about every second run needs it. Engines share it; a lost update only shifts
 * a decision.
 */
final class HeapHistory {
  private static final int GAIN = 2;
  private static final int WORTH_KEEPING = 3;
  private static final int SCORE_MAX = 8;

  private final byte[] scores;

  HeapHistory(int chunks) {
    scores = new byte[chunks];
  }

  /** Notes of a run whether it used a chunk. */
  void note(int chunk, boolean used) {
    int score = scores[chunk];
    if (used) {
      scores[chunk] = (byte) Math.min(SCORE_MAX, score + GAIN);
    } else if (score > 0) {
      scores[chunk] = (byte) (score - 1);
    }
  }

  /** Whether the next run is likely enough to use a chunk, be it one that the function has not. */
  boolean worthKeeping(int chunk) {
    return chunk < scores.length && scores[chunk] >= WORTH_KEEPING;
  }
}
