package dev.pappus.sandbox.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.RunOutcome;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Guests that set the trap flag and leave where its exception is put off: right behind a move to
 * SS.
 */
class TrapFlagTest {
  @Nested
  @NeedsKvm
  @Tag(NeedsKvm.NO_IDT)
  class NoIdt extends Suite {
    NoIdt() {
      super(EntryVariant.NO_IDT);
    }
  }

  @Nested
  @NeedsKvm
  @Tag(NeedsKvm.IDT)
  class Idt extends Suite {
    Idt() {
      super(EntryVariant.IDT);
    }
  }

  abstract static class Suite {
    private final KvmSettings settings;

    Suite(EntryVariant variant) {
      settings = TestSettings.of(variant).withSandboxesPerEngine(1);
    }

    /** {@code out 0x10, al}; {@code int 0x20}; {@code nop}, which ends the delay. */
    @ParameterizedTest
    @ValueSource(strings = {"E6 10", "CD 20", "90"})
    void noStepOfOneRunIsTakenInTheNext(String ending) {
      try (KvmDriver driver = new KvmDriver(settings);
          KvmEngine engine = driver.openEngine(0)) {
        // mov ax, ss; pushfq; or dword [rsp], 0x100; popfq; mov ss, ax
        PreparedFunction stepping =
            TestFunctions.of(
                driver,
                new Asm(TestFunctions.DATA)
                    .setExitCode(0)
                    .raw("8C D0 9C 81 0C 24 00 01 00 00 9D 8E D0")
                    .raw(ending)
                    .raw("90 90"),
                8 << 20);
        PreparedFunction good =
            TestFunctions.of(
                driver, new Asm(TestFunctions.DATA).requireZeroRegisters(7).exit(0), 8 << 20);
        for (int round = 0; round < 20; round++) {
          assertThat(TestFunctions.run(engine, stepping)).isInstanceOf(RunOutcome.Faulted.class);
          assertThat(TestFunctions.run(engine, good)).isEqualTo(new RunOutcome.Exited(0));
        }
      }
    }
  }
}
