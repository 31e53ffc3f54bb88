package dev.pappus.bench.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MeasureTest {
  private static final int TRIALS = 4000;

  @Test
  void theMedianIsInTheMiddle() {
    assertThat(measure(3, 1, 2).median()).isEqualTo(2);
    assertThat(measure(4, 1, 2, 3).median()).isEqualTo(2.5);
    assertThat(measure(7).median()).isEqualTo(7);
  }

  @Test
  void aFewSamplesGiveTheirRangeAndSayHowMuchThatIsWorth() {
    Measure.Interval of5 = measure(5, 1, 3, 2, 4).interval();
    assertThat(of5.low()).isEqualTo(1);
    assertThat(of5.high()).isEqualTo(5);
    assertThat(of5.confidence()).isCloseTo(0.9375, within(1e-9));
    assertThat(measure(7).interval()).isEqualTo(new Measure.Interval(7, 7, 0));
  }

  /** Of 15 samples the fourth and the twelfth bound the median with 96.5 %, by any table. */
  @Test
  void moreSamplesAreCutAtBothEnds() {
    Measure.Interval of15 = measure(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15).interval();
    assertThat(of15.low()).isEqualTo(4);
    assertThat(of15.high()).isEqualTo(12);
    assertThat(of15.confidence()).isCloseTo(0.9648, within(1e-4));
  }

  @Test
  void theIntervalCoversTheTrueMedianAsOftenAsItSays() {
    long seed = Long.getLong("pappus.seed", System.nanoTime());
    Random random = new Random(seed);
    int covered = 0;
    double said = 0;
    for (int i = 0; i < TRIALS; i++) {
      Measure measure =
          new Measure("m", "", Stream.generate(random::nextGaussian).limit(11).toList());
      Measure.Interval interval = measure.interval();
      said = interval.confidence();
      if (interval.low() <= 0 && interval.high() >= 0) {
        covered++;
      }
    }
    assertThat((double) covered / TRIALS).as("seed %d", seed).isCloseTo(said, within(0.02));
  }

  @Test
  void namesAreCheckedAndSamplesMustBeThere() {
    assertThrows(IllegalArgumentException.class, () -> new Measure("hot-95", "", List.of(1.0)));
    assertThrows(IllegalArgumentException.class, () -> new Measure("hot95", "", List.of()));
  }

  private static Measure measure(double... samples) {
    return new Measure("m", "", java.util.Arrays.stream(samples).boxed().toList());
  }
}
