package dev.pappus.language;

import java.util.Random;

/** Randomised tests take their seed from {@code -Dpappus.seed}; a failure names it. */
final class Seeds {
  private Seeds() {}

  interface Check {
    void run(Random random, String seed);
  }

  static void forEach(int rounds, Check check) {
    Long fixed = Long.getLong("pappus.seed");
    long first = fixed != null ? fixed : System.nanoTime();
    for (int round = 0; round < (fixed != null ? 1 : rounds); round++) {
      long seed = first + round;
      check.run(new Random(seed), "-Dpappus.seed=" + seed);
    }
  }
}
