package dev.pappus.language;

import java.util.Random;

/** Randomised tests take their seed from {@code -Dpappus.seed}; a failure names it. */
public final class Seeds {
  private Seeds() {}

  /** One round. */
  public interface Check {
    /** Checks something; {@code seed} goes into the message of a failure. */
    void run(Random random, String seed);
  }

  /** Runs {@code rounds} rounds, or the one whose seed is given. */
  public static void forEach(int rounds, Check check) {
    Long fixed = Long.getLong("pappus.seed");
    long first = fixed != null ? fixed : System.nanoTime();
    for (int round = 0; round < (fixed != null ? 1 : rounds); round++) {
      long seed = first + round;
      check.run(new Random(seed), "-Dpappus.seed=" + seed);
    }
  }
}
