package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ThreadPriorityTest {
  @Test
  void aThreadIsLoweredOnlyWhereItCanBeRaisedAgain() {
    for (int round = 0; round < 3; round++) {
      boolean lowered = ThreadPriority.lowerForNow();
      assertThat(ThreadPriority.isLowered()).isEqualTo(lowered);
      if (lowered) {
        ThreadPriority.raise();
      }
      assertThat(ThreadPriority.isLowered()).isFalse();
    }
  }
}
