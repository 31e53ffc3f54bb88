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

  @Test
  void aThreadStandsBackOnlyWhereItCanComeBack() {
    int thread = ThreadPriority.currentThread();
    boolean possible = ThreadPriority.lowerForNow();
    if (possible) {
      ThreadPriority.raise();
    }
    try {
      assertThat(ThreadPriority.standBack(thread)).isEqualTo(possible);
      assertThat(ThreadPriority.standsBack(thread)).isEqualTo(possible);
      assertThat(ThreadPriority.standBack(thread)).as("it does already").isFalse();
    } finally {
      assertThat(ThreadPriority.comeBack(thread)).isEqualTo(possible);
    }
    assertThat(ThreadPriority.standsBack(thread)).isFalse();
    assertThat(ThreadPriority.comeBack(thread)).as("it has").isFalse();
    assertThat(ThreadPriority.standsBack(Integer.MAX_VALUE)).as("nobody").isFalse();
    assertThat(ThreadPriority.standBack(Integer.MAX_VALUE)).as("nobody").isFalse();
  }
}
