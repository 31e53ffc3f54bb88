package dev.pappus.sandbox.kvm;

import dev.pappus.sandbox.ComputeDriver;
import dev.pappus.sandbox.ForeignProgramContract;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** Programs that others have written, in both entry variants. */
class KvmForeignProgramTest {
  @Nested
  @NeedsKvm
  @Tag(NeedsKvm.NO_IDT)
  class NoIdt extends ForeignProgramContract {
    @Override
    protected ComputeDriver driver() {
      return new KvmDriver(TestSettings.of(EntryVariant.NO_IDT));
    }
  }

  @Nested
  @NeedsKvm
  @Tag(NeedsKvm.IDT)
  class Idt extends ForeignProgramContract {
    @Override
    protected ComputeDriver driver() {
      return new KvmDriver(TestSettings.of(EntryVariant.IDT));
    }
  }
}
