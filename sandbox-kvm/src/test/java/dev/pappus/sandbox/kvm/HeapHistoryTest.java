package dev.pappus.sandbox.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeapHistoryTest {
  /** Whether a chunk is kept after each of some runs; u: used, -: not. */
  private static String kept(String runs) {
    HeapHistory history = new HeapHistory(2);
    StringBuilder kept = new StringBuilder();
    for (int i = 0; i < runs.length(); i++) {
      history.note(1, runs.charAt(i) == 'u');
      kept.append(history.worthKeeping(1) ? 'k' : '-');
    }
    assertThat(history.worthKeeping(0)).isFalse();
    return kept.toString();
  }

  @Test
  void oneUseIsNoReasonToKeep() {
    assertThat(kept("u---")).isEqualTo("----");
  }

  @Test
  void theSecondInARowIs() {
    assertThat(kept("uuuu")).isEqualTo("-kkk");
  }

  @Test
  void whatIsNotUsedGoesBackSoon() {
    assertThat(kept("uu---")).isEqualTo("-kk--");
    assertThat(kept("u".repeat(1000) + "-".repeat(10))).endsWith("kkkkkk-----");
  }

  @Test
  void everySecondRunIsOftenEnoughEveryThirdIsNot() {
    assertThat(kept("u-u-u-u-u-u-u-u-")).endsWith("kkkk");
    assertThat(kept("u--u--u--u--u--u--")).doesNotContain("k");
  }
}
