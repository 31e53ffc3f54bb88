package dev.pappus.sandbox.kvm;

import dev.pappus.sandbox.ComputeDriver;
import dev.pappus.sandbox.ResidueContract;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** The residue contract in both entry variants. */
class KvmResidueTest {
  @Nested
  @NeedsKvm
  @Tag(NeedsKvm.NO_IDT)
  class NoIdt extends ResidueContract {
    @Override
    protected ComputeDriver driver() {
      return new KvmDriver(TestSettings.of(EntryVariant.NO_IDT));
    }
  }

  @Nested
  @NeedsKvm
  @Tag(NeedsKvm.IDT)
  class Idt extends ResidueContract {
    @Override
    protected ComputeDriver driver() {
      return new KvmDriver(TestSettings.of(EntryVariant.IDT));
    }
  }
}
