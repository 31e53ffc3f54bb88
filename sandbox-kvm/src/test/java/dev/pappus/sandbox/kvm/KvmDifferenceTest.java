package dev.pappus.sandbox.kvm;

import dev.pappus.sandbox.ComputeDriver;
import dev.pappus.sandbox.ProgramDifferenceContract;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** System calls of programs as on the host, in both entry variants. */
class KvmDifferenceTest {
  @Nested
  @NeedsKvm
  @Tag(NeedsKvm.NO_IDT)
  class NoIdt extends ProgramDifferenceContract {
    @Override
    protected ComputeDriver driver() {
      return new KvmDriver(TestSettings.of(EntryVariant.NO_IDT));
    }
  }

  @Nested
  @NeedsKvm
  @Tag(NeedsKvm.IDT)
  class Idt extends ProgramDifferenceContract {
    @Override
    protected ComputeDriver driver() {
      return new KvmDriver(TestSettings.of(EntryVariant.IDT));
    }
  }
}
