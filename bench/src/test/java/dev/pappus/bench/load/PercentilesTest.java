package dev.pappus.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class PercentilesTest {
  private final Histogram served = new Histogram(1_000_000, 3);

  @Test
  void areThoseOfAllThatWasDue() {
    for (int nanos = 1; nanos <= 90; nanos++) {
      served.recordValue(nanos);
    }
    assertThat(Percentiles.of(served, 90, 50)).isEqualTo(45);
    assertThat(Percentiles.of(served, 90, 100)).isEqualTo(90);
    assertThat(Percentiles.of(served, 100, 50)).isEqualTo(50);
    assertThat(Percentiles.of(served, 100, 90)).isEqualTo(90);
    assertThat(Percentiles.of(served, 100, 91)).isNaN();
    assertThat(Percentiles.of(served, 1000, 50)).isNaN();
  }

  @Test
  void nothingServedHasNone() {
    assertThat(Percentiles.of(served, 3, 1)).isNaN();
    assertThat(Percentiles.of(served, 0, 50)).isNaN();
  }

  @Test
  void ranksOfSharesAreWhole() {
    assertThat(Percentiles.rank(1000, 99.9)).isEqualTo(999);
    assertThat(Percentiles.rank(1000, 0.01)).isEqualTo(1);
    assertThat(Percentiles.rank(3, 100)).isEqualTo(3);
  }
}
