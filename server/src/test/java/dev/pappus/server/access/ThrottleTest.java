package dev.pappus.server.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** A token bucket against the plain definition: level rises with time, falls with what is taken. */
class ThrottleTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void aSecondsWorthMayComeAtOnceAndThenTheRateHolds() {
    Throttle throttle = new Throttle(10, 0);
    for (int i = 0; i < 10; i++) {
      assertThat(throttle.tryTake(0)).isZero();
    }
    assertThat(throttle.tryTake(0)).isEqualTo(SECOND / 10);
    assertThat(throttle.tryTake(SECOND / 10)).isZero();
    assertThat(throttle.tryTake(SECOND / 10)).isPositive();
  }

  @Test
  void oneUnitIsThereHoweverLowTheRate() {
    Throttle throttle = new Throttle(0.1, 5);
    assertThat(throttle.tryTake(5)).isZero();
    assertThat(throttle.tryTake(5)).isEqualTo(10 * SECOND);
    assertThat(throttle.tryTake(5 + 10 * SECOND)).isZero();
  }

  @Test
  void whatIsChargedLateDelaysTheNext() {
    Throttle throttle = new Throttle(100, 0);
    throttle.charge(350, 0);
    assertThat(throttle.waitNanos(0)).isBetween(SECOND * 5 / 2, SECOND * 26 / 10);
    throttle.charge(-350, 0);
    assertThat(throttle.waitNanos(0)).isZero();
    throttle.charge(Long.MAX_VALUE / 2, 0);
    assertThat(throttle.waitNanos(0)).isLessThanOrEqualTo(3600 * SECOND);
  }

  @Test
  void followsTheDefinition() {
    long seed = Long.getLong("pappus.seed", System.nanoTime());
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      int rate = 1 + random.nextInt(1000);
      long now = random.nextLong(); // a monotonic clock starts anywhere, and may overflow
      Throttle throttle = new Throttle(rate, now);
      double level = rate;
      for (int i = 0; i < 200; i++) {
        long pause = random.nextLong(SECOND / rate * 3);
        now += pause;
        level = Math.min(rate, level + pause * (double) rate / SECOND);
        if (Math.abs(level - 1) < 1e-3) {
          continue; // too close for rounding
        }
        boolean taken = throttle.tryTake(now) == 0;
        assertThat(taken)
            .as("seed %d round %d step %d level %f", seed, round, i, level)
            .isEqualTo(level > 1);
        level -= taken ? 1 : 0;
      }
    }
  }
}
