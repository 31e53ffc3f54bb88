package dev.pappus.sandbox.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limits;
import dev.pappus.model.MonotonicClock;
import dev.pappus.model.ProgramOptions;
import dev.pappus.sandbox.Context;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.InstanceResult;
import dev.pappus.sandbox.InstanceRunner;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.Programs;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Large static items of a program: one copy for all machines, gone when nobody is bound any more.
 */
class SharedPagesTest {
  private static final int ITEM_BYTES = 12 << 20;

  @Nested
  @NeedsKvm
  @Tag(NeedsKvm.NO_IDT)
  class NoIdt {
    @Test
    void allMachinesShareThem() {
      check(EntryVariant.NO_IDT);
    }
  }

  @Nested
  @NeedsKvm
  @Tag(NeedsKvm.IDT)
  class Idt {
    @Test
    void allMachinesShareThem() {
      check(EntryVariant.IDT);
    }
  }

  private static FunctionSpec spec(String name, byte[] bytes) {
    List<InputSet> inputs =
        List.of(
            InputSet.dynamic("what"),
            new InputSet("library", List.of(Item.of("large", Key.ZERO, bytes))));
    ProgramOptions options = new ProgramOptions(List.of("from"), true);
    return Programs.spec(name, inputs, List.of("data"), 128 << 20, options);
  }

  private static void check(EntryVariant variant) {
    byte[] bytes = new byte[ITEM_BYTES];
    new Random(7).nextBytes(bytes);
    FunctionSpec spec = spec("probe", bytes);
    try (KvmDriver driver = new KvmDriver(TestSettings.of(variant));
        KvmEngine engine = driver.openEngine(0)) {
      PreparedFunction program =
          driver.prepare(Programs.binary("probe", Programs.Libc.GLIBC), spec);
      for (int round = 0; round < 3; round++) {
        assertThat(copied(engine, program, spec)).isEqualTo(bytes);
      }
      assertThat(Objects.requireNonNull(program.templateSlot()).whyNot()).isNull();
      KvmFunction template =
          (KvmFunction)
              Objects.requireNonNull(Objects.requireNonNull(program.templateSlot()).filled());
      assertThat(template.code().plan().sharedBytes()).isGreaterThan(ITEM_BYTES - 8192);
      long one = driver.budget().chargedBytes();
      List<Context> bound = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        bound.add(engine.domain().acquire(template));
      }
      // The others came with what each machine has, and with no copy of the item.
      assertThat(driver.budget().chargedBytes() - one).isLessThan(2L * ITEM_BYTES);
      bound.forEach(Context::close);
      long before = driver.budget().chargedBytes();
      engine.domain().forget(program);
      assertThat(before - driver.budget().chargedBytes()).isGreaterThanOrEqualTo(ITEM_BYTES - 8192);
      assertThat(copied(engine, program, spec)).isEqualTo(bytes);
      other(driver, engine, bytes);
    }
  }

  /** A machine that another function has used shows nothing of what it had. */
  private static void other(KvmDriver driver, KvmEngine engine, byte[] bytes) {
    byte[] different = bytes.clone();
    for (int i = 0; i < different.length; i += 1000) {
      different[i]++;
    }
    FunctionSpec spec = spec("other", different);
    PreparedFunction program = driver.prepare(Programs.binary("probe", Programs.Libc.GLIBC), spec);
    for (int round = 0; round < 2; round++) {
      assertThat(copied(engine, program, spec)).isEqualTo(different);
    }
  }

  private static byte[] copied(KvmEngine engine, PreparedFunction program, FunctionSpec spec) {
    Item words = Item.ofText("words", "copy\n/in/library\n/out/data\n");
    InstanceResult result =
        new InstanceRunner(engine, MonotonicClock.SYSTEM)
            .run(
                program,
                spec,
                List.of(new DataSet("what", List.of(words))),
                Deadline.in(TestFunctions.FAR_NANOS),
                Limits.DEFAULTS);
    assertThat(result.problem()).isNull();
    return result.outputs().getFirst().items().getFirst().toBytes();
  }
}
