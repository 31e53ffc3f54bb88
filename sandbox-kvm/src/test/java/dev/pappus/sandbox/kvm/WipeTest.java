package dev.pappus.sandbox.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.linux.Mapping;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.RunOutcome;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What of a machine's memory is wiped after a run, seen from the host. */
class WipeTest {
  private static final long CONTEXT_BYTES = 32 << 20;

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

    @Test
    void afterAFaultNothingIsLeftThatTheNotesDoNotTellOf() {
      nothingIsLeftAfter("0F 0B", TestFunctions.FAR_NANOS, settings); // ud2
    }

    @Test
    void norAfterAKill() {
      nothingIsLeftAfter("EB FE", 100_000_000, settings); // a loop
    }

    @Test
    void norWhereOnlyResidencyTellsWhatWasWritten() {
      nothingIsLeftAfter(
          "0F 0B", TestFunctions.FAR_NANOS, settings.withWipeMethod(WipeMethod.RESIDENCY));
    }
  }

  /** Writes what no note tells of, as a processor that keeps none would. */
  private static void nothingIsLeftAfter(String ending, long nanos, KvmSettings settings) {
    try (KvmDriver driver = new KvmDriver(settings);
        KvmEngine engine = driver.openEngine(0)) {
      Asm code = new Asm(TestFunctions.DATA).raw(ending);
      PreparedFunction function = TestFunctions.of(driver, code, CONTEXT_BYTES);
      VmMemory memory;
      try (KvmContext context = (KvmContext) engine.domain().acquire(function)) {
        context.write(List.of(), List.of());
        RunOutcome outcome = engine.run(context, Deadline.in(nanos));
        assertThat(outcome)
            .isInstanceOfAny(RunOutcome.Faulted.class, RunOutcome.DeadlineExceeded.class);
        memory = context.vm().memory();
        memory.hot().fill((byte) 0x5A);
        memory.heap().asSlice(Mapping.HUGE_PAGE, CONTEXT_BYTES - Mapping.HUGE_PAGE).fill((byte) 1);
      }
      assertThat(firstNonZero(memory.hot())).isEqualTo(-1);
      assertThat(firstNonZero(memory.heap().asSlice(0, CONTEXT_BYTES))).isEqualTo(-1);
      Asm good = new Asm(TestFunctions.DATA).requireZeroRegisters(7).exit(0);
      assertThat(TestFunctions.run(engine, TestFunctions.of(driver, good, CONTEXT_BYTES)))
          .isEqualTo(new RunOutcome.Exited(0));
    }
  }

  /** Offset of the first word that is not zero, -1 if there is none. */
  static long firstNonZero(MemorySegment memory) {
    for (long at = 0; at < memory.byteSize(); at += Long.BYTES) {
      if (memory.get(ValueLayout.JAVA_LONG_UNALIGNED, at) != 0) {
        return at;
      }
    }
    return -1;
  }
}
