package dev.pappus.sandbox.kvm;

import dev.pappus.sandbox.CollectingContract;
import dev.pappus.sandbox.ComputeDriver;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** The contract of contexts that collect inputs, whatever tells what was written. */
class KvmCollectingTest {
  @Nested
  @NeedsKvm
  @Tag(NeedsKvm.NO_IDT)
  class NoIdt extends CollectingContract {
    @Override
    protected ComputeDriver driver() {
      return new KvmDriver(TestSettings.of(EntryVariant.NO_IDT));
    }
  }

  @Nested
  @NeedsKvm
  @Tag(NeedsKvm.IDT)
  class Idt extends CollectingContract {
    @Override
    protected ComputeDriver driver() {
      return new KvmDriver(TestSettings.of(EntryVariant.IDT));
    }
  }

  @Nested
  @NeedsKvm
  @Tag(NeedsKvm.NO_IDT)
  class WipedByResidency extends CollectingContract {
    @Override
    protected ComputeDriver driver() {
      return new KvmDriver(
          TestSettings.of(EntryVariant.NO_IDT).withWipeMethod(WipeMethod.RESIDENCY));
    }
  }
}
