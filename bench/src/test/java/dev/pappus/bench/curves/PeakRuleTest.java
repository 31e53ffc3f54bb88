package dev.pappus.bench.curves;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pappus.bench.result.Column;
import dev.pappus.bench.result.Point;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeakRuleTest {
  private static final Point GOOD =
      Point.of("curves", "hot100")
          .with(Column.VALID, true)
          .with(Column.SENT, 1000)
          .with(Column.UNSENT, 0)
          .with(Column.COMPLETED, 990)
          .with(Column.REFUSED, 0)
          .with(Column.FAILED, 0)
          .with(Column.WRONG, 0)
          .with(Column.LATE, 10)
          .with(Column.P99_MICROS, 10_000);

  @Test
  void everyConditionOfTheDefinitionCounts() {
    assertThat(PeakRule.bears(GOOD, 500)).isTrue();
    assertThat(PeakRule.bears(GOOD, 499)).as("p99 over 20 times the unloaded p50").isFalse();
    assertThat(PeakRule.bears(GOOD.with(Column.COMPLETED, 989), 500)).isFalse();
    assertThat(PeakRule.bears(GOOD.with(Column.UNSENT, 1), 500)).isFalse();
    assertThat(PeakRule.bears(GOOD.with(Column.REFUSED, 1), 500)).isFalse();
    assertThat(PeakRule.bears(GOOD.with(Column.FAILED, 1), 500)).isFalse();
    assertThat(PeakRule.bears(GOOD.with(Column.WRONG, 1), 500)).isFalse();
    assertThat(PeakRule.bears(GOOD.with(Column.VALID, false), 500)).isFalse();
  }

  @Test
  void theSearchClosesInOnThePeak() throws IOException {
    List<Double> tried = new ArrayList<>();
    double peak =
        PeakRule.search(
            1000,
            7,
            rate -> {
              tried.add(rate);
              return rate <= 1330;
            });
    assertThat(tried).hasSize(7);
    assertThat(tried.get(3)).as("the first that is too high").isCloseTo(1331, within(1e-6));
    assertThat(tried.get(4)).as("then the middle").isCloseTo(1270.5, within(1e-6));
    assertThat(peak).isBetween(1310.0, 1330.0);
  }

  @Test
  void whereTheFirstRateIsTooHighItGoesDown() throws IOException {
    assertThat(PeakRule.search(1000, 4, rate -> rate <= 700)).isBetween(600.0, 700.0);
    assertThat(PeakRule.search(1000, 4, _ -> false)).isNaN();
    assertThat(PeakRule.search(1000, 0, _ -> true)).isNaN();
  }
}
