package dev.pappus.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ScheduleTest {
  private static final int COUNT = 200_000;

  @Test
  void fixedTimesAreAtEqualDistances() {
    Schedule.Arrivals arrivals = new Schedule.Fixed(1000).arrivals();
    for (int i = 0; i < 1000; i++) {
      assertThat(arrivals.nextNanos()).isEqualTo(i * 1_000_000L);
    }
  }

  /** Of exponential gaps mean and deviation are equal, and e to the -1 is longer than the mean. */
  @Test
  void poissonGapsAreExponential() {
    long seed = Long.getLong("pappus.seed", System.nanoTime());
    Schedule.Arrivals arrivals = new Schedule.Poisson(10_000, seed).arrivals();
    double sum = 0;
    double squares = 0;
    int longer = 0;
    long last = 0;
    for (int i = 0; i < COUNT; i++) {
      long next = arrivals.nextNanos();
      double gap = next - last;
      assertThat(gap).isNotNegative();
      sum += gap;
      squares += gap * gap;
      longer += gap > 100_000 ? 1 : 0;
      last = next;
    }
    double mean = sum / COUNT;
    double deviation = Math.sqrt(squares / COUNT - mean * mean);
    assertThat(mean).as("seed %d", seed).isCloseTo(100_000, within(2000.0));
    assertThat(deviation).as("seed %d", seed).isCloseTo(100_000, within(3000.0));
    assertThat((double) longer / COUNT).as("seed %d", seed).isCloseTo(Math.exp(-1), within(0.01));
  }

  @Test
  void theSeedMakesTheTimes() {
    Schedule.Arrivals one = new Schedule.Poisson(500, 7).arrivals();
    Schedule.Arrivals same = new Schedule.Poisson(500, 7).arrivals();
    Schedule.Arrivals other = new Schedule.Poisson(500, 8).arrivals();
    boolean differs = false;
    for (int i = 0; i < 100; i++) {
      long time = one.nextNanos();
      assertThat(same.nextNanos()).isEqualTo(time);
      differs |= other.nextNanos() != time;
    }
    assertThat(differs).isTrue();
  }

  @Test
  void ratesAreChecked() {
    assertThrows(IllegalArgumentException.class, () -> new Schedule.Fixed(0));
    assertThrows(IllegalArgumentException.class, () -> new Schedule.Poisson(Double.NaN, 1));
    assertThat(Rates.parse("1000")).containsExactly(1000.0);
    assertThat(Rates.parse("1:2:0.5")).containsExactly(1.0, 1.5, 2.0);
    assertThat(Rates.parse("0.1:0.4:0.1")).containsExactly(0.1, 0.2, 0.3, 0.4);
    for (String wrong : new String[] {"", "0", "1:2", "2:1:1", "1:9:0", "x", "1:1e9:1", "NaN"}) {
      assertThat(assertThrows(IllegalArgumentException.class, () -> Rates.parse(wrong)))
          .hasMessageContaining("FROM:TO:STEP");
    }
  }
}
