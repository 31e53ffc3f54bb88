package dev.pappus.sandbox.kvm;

import dev.pappus.sandbox.ComputeDriver;
import dev.pappus.sandbox.ProgramContract;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** Linux programs in both entry variants. */
class KvmProgramTest {
  @Nested
  @NeedsKvm
  @Tag(NeedsKvm.NO_IDT)
  class NoIdt extends ProgramContract {
    @Override
    protected ComputeDriver driver() {
      return new KvmDriver(TestSettings.of(EntryVariant.NO_IDT));
    }
  }

  @Nested
  @NeedsKvm
  @Tag(NeedsKvm.IDT)
  class Idt extends ProgramContract {
    @Override
    protected ComputeDriver driver() {
      return new KvmDriver(TestSettings.of(EntryVariant.IDT));
    }
  }
}
