package dev.pappus.sandbox.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TrimPolicyTest {
  private static int trims(TrimPolicy policy, int runs, int pages) {
    int trims = 0;
    for (int i = 0; i < runs; i++) {
      trims += policy.after(pages) ? 1 : 0;
    }
    return trims;
  }

  @Test
  void fewPagesAreNeverForgotten() {
    assertThat(trims(new TrimPolicy(), 1_000_000, 90)).isZero();
  }

  @Test
  void oneLargeRunIsForgottenSoon() {
    TrimPolicy policy = new TrimPolicy();
    assertThat(trims(policy, 8, 512)).isEqualTo(1);
    assertThat(trims(policy, 100_000, 20)).isZero();
  }

  @Test
  void pagesThatAreNeededEachTimeAreForgottenEverMoreRarely() {
    TrimPolicy policy = new TrimPolicy();
    assertThat(trims(policy, 100_000, 500)).isBetween(2, 25);
  }

  @Test
  void anotherFunctionStartsAnew() {
    TrimPolicy policy = new TrimPolicy();
    trims(policy, 10_000, 500);
    policy.reset();
    assertThat(trims(policy, 9, 500)).isEqualTo(1);
  }
}
