package dev.pappus.bench.curves;

import static dev.pappus.bench.curves.PeakRule.Verdict.BORNE;
import static dev.pappus.bench.curves.PeakRule.Verdict.TOO_HIGH;
import static dev.pappus.bench.curves.PeakRule.Verdict.UNPROVEN;
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
    assertThat(PeakRule.judge(GOOD, 500)).isEqualTo(BORNE);
    assertThat(PeakRule.judge(GOOD, 499))
        .as("p99 over 20 times the unloaded p50")
        .isEqualTo(TOO_HIGH);
    assertThat(PeakRule.judge(GOOD.with(Column.COMPLETED, 989), 500)).isEqualTo(TOO_HIGH);
    assertThat(PeakRule.judge(GOOD.with(Column.UNSENT, 1), 500)).isEqualTo(TOO_HIGH);
    assertThat(PeakRule.judge(GOOD.with(Column.REFUSED, 1), 500)).isEqualTo(TOO_HIGH);
    assertThat(PeakRule.judge(GOOD.with(Column.FAILED, 1), 500)).isEqualTo(TOO_HIGH);
    assertThat(PeakRule.judge(GOOD.with(Column.WRONG, 1), 500)).isEqualTo(TOO_HIGH);
    Point late = GOOD.with(Column.VALID, false);
    assertThat(PeakRule.judge(late, 500)).isEqualTo(UNPROVEN);
    assertThat(PeakRule.judge(late, 499)).isEqualTo(TOO_HIGH);
    Point unsent = late.with(Column.COMPLETED, 1000).with(Column.UNSENT, 2);
    assertThat(PeakRule.judge(unsent, 500)).as("not even offered").isEqualTo(TOO_HIGH);
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
              return rate <= 1330 ? BORNE : TOO_HIGH;
            });
    assertThat(tried).hasSize(7);
    assertThat(tried.get(3)).as("the first that is too high").isCloseTo(1331, within(1e-6));
    assertThat(tried.get(4)).as("then the middle").isCloseTo(1270.5, within(1e-6));
    assertThat(peak).isBetween(1310.0, 1330.0);
  }

  @Test
  void whatIsUnprovenLeadsUpwardsAndIsNoPeak() throws IOException {
    PeakRule.Trial lateBelow1200 = rate -> rate > 1330 ? TOO_HIGH : rate < 1200 ? UNPROVEN : BORNE;
    assertThat(PeakRule.search(1000, 7, lateBelow1200)).isBetween(1300.0, 1330.0);
    assertThat(PeakRule.search(1500, 7, lateBelow1200)).isBetween(1300.0, 1330.0);
    assertThat(PeakRule.search(1000, 7, rate -> rate > 1100 ? TOO_HIGH : UNPROVEN)).isNaN();
  }

  @Test
  void whereTheFirstRateIsTooHighItGoesDown() throws IOException {
    assertThat(PeakRule.search(1000, 4, rate -> rate <= 700 ? BORNE : TOO_HIGH))
        .isBetween(600.0, 700.0);
    assertThat(PeakRule.search(1000, 4, _ -> TOO_HIGH)).isNaN();
    assertThat(PeakRule.search(1000, 0, _ -> BORNE)).isNaN();
  }
}
