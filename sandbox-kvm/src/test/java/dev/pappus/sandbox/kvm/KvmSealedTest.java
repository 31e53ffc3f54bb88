package dev.pappus.sandbox.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Item;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.MonotonicClock;
import dev.pappus.sandbox.ComputeDriver;
import dev.pappus.sandbox.Context;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.Guests;
import dev.pappus.sandbox.InstanceResult;
import dev.pappus.sandbox.InstanceRunner;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.SealedContext;
import dev.pappus.sandbox.SealedContract;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The contract of sealed contexts in both entry variants. */
class KvmSealedTest {
  @Nested
  @NeedsKvm
  @Tag(NeedsKvm.NO_IDT)
  class NoIdt extends SealedContract {
    @Override
    protected ComputeDriver driver() {
      return new KvmDriver(TestSettings.of(EntryVariant.NO_IDT));
    }

    /** Nobody knows there how much memory a guest has touched, so nothing can be charged for it. */
    @Test
    void nothingStaysWhereTablesDoNotTellWhatWasWritten() {
      assertThat(isLeft(WipeMethod.DIRTY_BITS)).isTrue();
      assertThat(isLeft(WipeMethod.RESIDENCY)).isFalse();
    }
  }

  @Nested
  @NeedsKvm
  @Tag(NeedsKvm.IDT)
  class Idt extends SealedContract {
    @Override
    protected ComputeDriver driver() {
      return new KvmDriver(TestSettings.of(EntryVariant.IDT));
    }
  }

  private static boolean isLeft(WipeMethod method) {
    FunctionSpec spec = Guests.spec("copy", List.of("data"), List.of("data"), 16 << 20);
    List<InstanceResult> results = new ArrayList<>();
    InstanceRunner.Receiver receiver =
        new InstanceRunner.Receiver() {
          @Override
          public BitSet computing() {
            return BitSet.valueOf(new long[] {1});
          }

          @Override
          public void received(InstanceResult result) {
            results.add(result);
          }
        };
    KvmSettings settings = TestSettings.of(EntryVariant.NO_IDT).withWipeMethod(method);
    try (KvmDriver driver = new KvmDriver(settings);
        KvmEngine engine = driver.openEngine(0)) {
      PreparedFunction copy = driver.prepare(Guests.binary("copy"), spec.contextBytes());
      try (Context _ = engine.domain().acquire(copy);
          Context _ = engine.domain().acquire(copy)) {
        // Now there is another one at hand.
      }
      new InstanceRunner(engine, MonotonicClock.SYSTEM)
          .run(
              copy,
              spec,
              List.of(new DataSet("data", List.of(Item.ofText("a", "b")))),
              Deadline.in(60_000_000_000L),
              Limits.DEFAULTS.with(Limit.SEAL_FROM, 1),
              receiver);
      InstanceResult result = results.getFirst();
      assertThat(result.problem()).isNull();
      assertThat(result.outputs().getFirst().items().getFirst().text()).isEqualTo("b");
      SealedContext sealed = result.sealed();
      if (sealed != null) {
        sealed.close();
      }
      return sealed != null;
    }
  }
}
