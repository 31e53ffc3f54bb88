package dev.pappus.dispatcher.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ServiceTimeTest {
  private static final long MILLISECOND = 1_000_000;

  private final ServiceTime time = new ServiceTime();

  private void add(int times, long nanos) {
    for (int i = 0; i < times; i++) {
      time.add(nanos);
    }
  }

  /** Many that wait behind it are not expected to take a minute. */
  @Test
  void aSlowTaskAmongShortOnesCountsLittle() {
    add(1000, MILLISECOND / 4);
    add(1, 200 * MILLISECOND);
    assertThat(time.nanos()).isBetween(MILLISECOND / 4, 2 * MILLISECOND);
  }

  @Test
  void aFirstTaskThatIsSlowIsSoonForgotten() {
    add(1, 200 * MILLISECOND);
    assertThat(time.nanos()).isEqualTo(200 * MILLISECOND);
    add(100, MILLISECOND / 4);
    assertThat(time.nanos()).isBetween(MILLISECOND / 4, 3 * MILLISECOND);
  }

  @Test
  void fewSlowOnesAmongManyCountInFull() {
    for (int i = 0; i < 1000; i++) {
      add(19, MILLISECOND / 10);
      add(1, 1000 * MILLISECOND);
      assertThat(time.nanos()).isLessThan(80 * MILLISECOND);
      if (i > 100) {
        assertThat(time.nanos()).isGreaterThan(30 * MILLISECOND);
      }
    }
  }

  @Test
  void whatHasChangedIsSoonKnown() {
    add(1000, MILLISECOND / 4);
    add(200, 100 * MILLISECOND);
    assertThat(time.nanos()).isGreaterThan(50 * MILLISECOND);
    add(1000, MILLISECOND);
    assertThat(time.nanos()).isBetween(MILLISECOND, 2 * MILLISECOND);
  }
}
