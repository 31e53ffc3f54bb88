package dev.pappus.bench.curves;

import dev.pappus.bench.load.Request;
import dev.pappus.bench.load.Requests;
import java.util.SplittableRandom;

/**
 * Requests for one warm function and for thousands of others in turn, each of which has been
 * forgotten when its turn comes again. One thread at a time uses it.
 */
final class HotMix {
  private final Request hot;
  private final Request[] cold;
  private int next;

  HotMix(Request hot, Request[] cold) {
    this.hot = hot;
    this.cold = cold.clone();
  }

  /** A share of warm ones, drawn with a seed. */
  Requests of(int hotPercent, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return () -> hotPercent >= 100 || random.nextDouble() * 100 < hotPercent ? hot : nextCold();
  }

  private Request nextCold() {
    next = (next + 1) % cold.length;
    return cold[next];
  }
}
