package dev.pappus.sandbox.kvm;

import dev.pappus.sandbox.ComputeDriver;
import dev.pappus.sandbox.RogueProgramContract;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** Programs that do what they should not, in both entry variants. */
class KvmRogueProgramTest {
  @Nested
  @NeedsKvm
  @Tag(NeedsKvm.NO_IDT)
  class NoIdt extends RogueProgramContract {
    @Override
    protected ComputeDriver driver() {
      return new KvmDriver(TestSettings.of(EntryVariant.NO_IDT));
    }
  }

  @Nested
  @NeedsKvm
  @Tag(NeedsKvm.IDT)
  class Idt extends RogueProgramContract {
    @Override
    protected ComputeDriver driver() {
      return new KvmDriver(TestSettings.of(EntryVariant.IDT));
    }
  }
}
