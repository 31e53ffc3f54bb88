package dev.pappus.sandbox.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class SelfTestTest {
  @Nested
  @NeedsKvm
  @Tag(NeedsKvm.NO_IDT)
  class NoIdt {
    @Test
    void worksHere() {
      check(EntryVariant.NO_IDT);
    }
  }

  @Nested
  @NeedsKvm
  @Tag(NeedsKvm.IDT)
  class Idt {
    @Test
    void worksHere() {
      check(EntryVariant.IDT);
    }
  }

  private static void check(EntryVariant variant) {
    try (KvmDriver driver = new KvmDriver(TestSettings.of(variant))) {
      SelfTestReport report = driver.selfTest();
      System.out.println(report);
      assertThat(report.variant()).isEqualTo(variant);
      assertThat(report.findings()).isEmpty();
      assertThat(report.roundTripNanos()).isPositive();
      assertThat(report.vectorState()).startsWith("x87 sse");
    }
  }
}
