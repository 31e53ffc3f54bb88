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
    boolean stands = ThreadPriority.standBack(thread);
    assertThat(stands).isEqualTo(possible).isEqualTo(ThreadPriority.standsBack(thread));
    if (stands) {
      assertThat(ThreadPriority.standBack(thread)).as("all of us stand back").isFalse();
      assertThat(ThreadPriority.comeBack(thread)).isTrue();
    }
    assertThat(ThreadPriority.standsBack(thread)).isFalse();
    assertThat(ThreadPriority.standsBack(Integer.MAX_VALUE)).as("nobody").isFalse();
    assertThat(ThreadPriority.standBack(Integer.MAX_VALUE)).as("nobody").isFalse();
  }
}
