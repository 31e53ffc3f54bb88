package dev.pappus.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Who sleeps until something is due wakes early as long as that costs little. */
class EarlyWakeTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long LOOK_NANOS = 2_000;

  private long polledNanos;
  private int early;
  private int dues;

  /** Lets time pass by itself, for one second. */
  private void pass(double perSecond, long seed) {
    Random random = new Random(seed);
    EarlyWake wake = new EarlyWake(0);
    long due = 0;
    for (long now = 0; now < SECOND; ) {
      while (due <= now) {
        due = now + (long) (-Math.log(1 - random.nextDouble()) * 1e9 / perSecond) + 1;
        dues++;
      }
      long pause = wake.pauseNanos(now, due - now);
      assertThat(pause).isBetween(0L, due - now);
      if (pause == 0) {
        polledNanos += LOOK_NANOS;
        early += now + LOOK_NANOS >= due ? 1 : 0;
      }
      now += pause == 0 ? LOOK_NANOS : pause;
    }
  }

  @Test
  void whereLittleIsDueItIsAwakeEachTime() {
    pass(80, 1);
    assertThat(early).isGreaterThan(dues * 3 / 4);
    assertThat(polledNanos).isLessThan(SECOND / EarlyWake.SHARE + EarlyWake.EARLY_NANOS);
  }

  @Test
  void whereMuchIsDueItPollsNoMore() {
    for (int rate : new int[] {500, 2000, 20_000}) {
      polledNanos = 0;
      pass(rate, rate);
      assertThat(polledNanos)
          .as("at %d a second", rate)
          .isPositive()
          .isLessThan(SECOND / EarlyWake.SHARE + 2 * EarlyWake.EARLY_NANOS);
    }
  }

  @Test
  void inTheBeginningItSleeps() {
    assertThat(new EarlyWake(5).pauseNanos(5, 1_000_000)).isEqualTo(1_000_000);
  }

  @Test
  void whatIsOverdueIsNotWaitedFor() {
    EarlyWake wake = new EarlyWake(0);
    assertThat(wake.pauseNanos(SECOND, 1_000_000)).isEqualTo(1_000_000 - EarlyWake.EARLY_NANOS);
    assertThat(wake.pauseNanos(SECOND + 850_000, 150_000)).isZero();
    assertThat(wake.pauseNanos(SECOND + 999_000, 1_000)).isZero();
    assertThat(wake.pauseNanos(SECOND + 1_000_500, -500)).isEqualTo(-500);
  }
}
