package dev.pappus.sandbox.kvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Limits;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.ComputeEngine;
import dev.pappus.sandbox.Context;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.FaultBackoff;
import dev.pappus.sandbox.Guests;
import dev.pappus.sandbox.InstanceResult;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.RunOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How machines are dealt out, kept, given up and shared out among engines. */
class KvmDomainTest {
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
    private final EntryVariant variant;

    Suite(EntryVariant variant) {
      this.variant = variant;
    }

    private KvmSettings settings() {
      return TestSettings.of(variant);
    }

    @Test
    void warmthTellsWhereTheMachineCameFrom() {
      try (KvmDriver driver = new KvmDriver(settings().withWarmBlanks(0));
          KvmEngine engine = driver.openEngine(0)) {
        PreparedFunction greet = TestFunctions.of(driver, "greet");
        assertThat(warmth(engine, greet)).isEqualTo(new Context.Warmth(false, true));
        assertThat(warmth(engine, greet)).isEqualTo(new Context.Warmth(true, false));
        engine.domain().forget(greet);
        assertThat(warmth(engine, greet)).isEqualTo(new Context.Warmth(false, false));
        PreparedFunction again = TestFunctions.of(driver, "greet");
        assertThat(warmth(engine, again).bound()).isFalse();
      }
    }

    @Test
    void aFullDomainRefusesAndRecovers() {
      try (KvmDriver driver = new KvmDriver(settings().withSandboxesPerEngine(3));
          KvmEngine engine = driver.openEngine(0)) {
        List<Context> held = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          held.add(engine.domain().acquire(TestFunctions.of(driver, "greet")));
        }
        PreparedFunction more = TestFunctions.of(driver, "greet");
        assertThatThrownBy(() -> engine.domain().acquire(more))
            .isInstanceOfSatisfying(
                ProblemException.class,
                e -> assertThat(e.problem().code()).isEqualTo(ProblemCode.OVERLOADED));
        held.removeFirst().close();
        // Another function's machine is taken, since there may be no fourth.
        assertThat(warmth(engine, more)).isEqualTo(new Context.Warmth(false, false));
        held.forEach(Context::close);
        greet(engine, more);
      }
    }

    @Test
    void manyFunctionsShareFewMachines() {
      try (KvmDriver driver = new KvmDriver(settings().withSandboxesPerEngine(2));
          KvmEngine engine = driver.openEngine(0)) {
        List<PreparedFunction> functions = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
          functions.add(TestFunctions.of(driver, "greet"));
        }
        for (int round = 0; round < 40; round++) {
          greet(engine, functions.get(round % functions.size()));
        }
      }
    }

    @Test
    void machinesWhoseTablesAreFullAreReplaced() {
      try (KvmDriver driver = new KvmDriver(settings().withSandboxesPerEngine(1));
          KvmEngine engine = driver.openEngine(0)) {
        for (int i = 0; i < 130; i++) {
          long contextBytes = (16 << 20) + i * 4096L;
          greet(engine, driver.prepare(Guests.binary("greet"), contextBytes));
        }
      }
    }

    @ParameterizedTest
    @ValueSource(
        longs = {1 << 20, (1 << 20) + 1, 3 << 20, 128 << 20, 129 << 20, 1L << 30, 4L << 30})
    void contextsOfEverySizeWork(long contextBytes) {
      try (KvmDriver driver = new KvmDriver(settings());
          KvmEngine engine = driver.openEngine(0)) {
        PreparedFunction greet = driver.prepare(Guests.binary("greet"), contextBytes);
        assertThat(greet.contextBytes()).isGreaterThanOrEqualTo(contextBytes);
        greet(engine, greet);
        greet(engine, greet);
        // Writes to its last heap word and its stack's lowest, which are far apart.
        long top = greet.contextBytes();
        TestElf elf = new TestElf();
        Asm code = new Asm(0x20000);
        dev.pappus.sandbox.GuestLayout layout = dev.pappus.sandbox.GuestLayout.of(contextBytes);
        code.requireZero(layout.heapEnd() - 8, 1, 8, 3);
        code.requireZero(layout.stackBottom(), 1, 8, 4);
        code.write(layout.heapEnd() - 8, 1).write(layout.stackBottom(), 2).write(top - 8, 3);
        code.exit(0);
        elf.segment(0x10000, code.bytes(), code.size(), TestElf.READ | TestElf.EXECUTE);
        elf.segment(0x20000, new byte[0], 4096, TestElf.READ | TestElf.WRITE);
        PreparedFunction far =
            driver.prepare(elf.entry(0x10000).controlBlock(0x20000).build(), contextBytes);
        for (int round = 0; round < 3; round++) {
          assertThat(TestFunctions.run(engine, far)).isEqualTo(new RunOutcome.Exited(0));
        }
      }
    }

    @Test
    void aFunctionForgottenWhileItRunsIsGivenUpAfterwards() {
      try (KvmDriver driver = new KvmDriver(settings());
          KvmEngine engine = driver.openEngine(0)) {
        PreparedFunction greet = TestFunctions.of(driver, "greet");
        Context context = engine.domain().acquire(greet);
        engine.domain().forget(greet);
        context.close();
        context.close();
        assertThat(warmth(engine, greet).bound()).isFalse();
      }
    }

    @Test
    void contextsAreUsedOnceAndInOrder() {
      try (KvmDriver driver = new KvmDriver(settings());
          KvmEngine engine = driver.openEngine(0);
          KvmEngine other = driver.openEngine(1)) {
        PreparedFunction greet = TestFunctions.of(driver, "greet");
        try (Context context = engine.domain().acquire(greet)) {
          assertThatThrownBy(context::lastWords).isInstanceOf(IllegalStateException.class);
          assertThatThrownBy(() -> context.readOutputs(Limits.DEFAULTS))
              .isInstanceOf(IllegalStateException.class);
          assertThatThrownBy(() -> other.run(context, Deadline.in(TestFunctions.FAR_NANOS)))
              .isInstanceOf(IllegalArgumentException.class);
          context.write(List.of(), List.of());
          engine.run(context, Deadline.in(TestFunctions.FAR_NANOS));
          assertThatThrownBy(() -> engine.run(context, Deadline.in(TestFunctions.FAR_NANOS)))
              .isInstanceOf(IllegalStateException.class);
          assertThatThrownBy(() -> context.write(List.of(), List.of()))
              .isInstanceOf(IllegalStateException.class);
        }
      }
    }

    @Test
    void aDeadlineThatHasPassedIsKeptWithoutEntering() {
      try (KvmDriver driver = new KvmDriver(settings());
          KvmEngine engine = driver.openEngine(0);
          Context context = engine.domain().acquire(TestFunctions.of(driver, "greet"))) {
        context.write(List.of(DataSet.empty("names")), List.of("greetings"));
        assertThat(engine.run(context, Deadline.in(-1)))
            .isInstanceOf(RunOutcome.DeadlineExceeded.class);
      }
    }

    @Test
    void enginesOnTwoThreadsDoNotDisturbEachOther() throws Exception {
      try (KvmDriver driver = new KvmDriver(settings());
          ExecutorService threads = Executors.newFixedThreadPool(2)) {
        PreparedFunction greet = TestFunctions.of(driver, "greet");
        PreparedFunction hostile = TestFunctions.of(driver, "hostile");
        Callable<Integer> good =
            () -> {
              try (KvmEngine engine = driver.openEngine(0)) {
                for (int i = 0; i < 200; i++) {
                  greet(engine, greet);
                }
                return 200;
              }
            };
        Callable<Integer> bad =
            () -> {
              int faults = 0;
              try (KvmEngine engine = driver.openEngine(1)) {
                String[] modes = {"null_write", "port_in_exit", "tables_good", "halt"};
                for (int i = 0; i < 200; i++) {
                  Item mode = Item.ofText("m", modes[i % modes.length]);
                  InstanceResult result =
                      TestFunctions.instance(
                          engine, hostile, "hostile", new DataSet("mode", List.of(mode)));
                  faults += result.succeeded() ? 0 : 1;
                }
              }
              return faults;
            };
        Future<Integer> goods = threads.submit(good);
        Future<Integer> faults = threads.submit(bad);
        assertThat(goods.get()).isEqualTo(200);
        assertThat(faults.get()).isEqualTo(150);
      }
    }

    @Test
    void whoFaultsAgainAndAgainWaitsAndOthersDoNot() {
      KvmSettings slow =
          settings()
              .withBackoff(
                  new FaultBackoff.Settings(5, TestFunctions.FAR_NANOS, TestFunctions.FAR_NANOS));
      try (KvmDriver driver = new KvmDriver(slow);
          KvmEngine engine = driver.openEngine(0)) {
        PreparedFunction hostile = TestFunctions.of(driver, "hostile");
        PreparedFunction greet = TestFunctions.of(driver, "greet");
        DataSet fault = new DataSet("mode", List.of(Item.ofText("m", "null_write")));
        DataSet good = new DataSet("mode", List.of(Item.ofText("m", "tables_good")));
        for (int i = 0; i < 4; i++) {
          assertThat(codeOf(TestFunctions.instance(engine, hostile, "hostile", fault)))
              .isEqualTo(ProblemCode.GUEST_FAULT);
        }
        // A good run in between starts the count anew.
        assertThat(TestFunctions.instance(engine, hostile, "hostile", good).succeeded()).isTrue();
        for (int i = 0; i < 5; i++) {
          assertThat(codeOf(TestFunctions.instance(engine, hostile, "hostile", fault)))
              .isEqualTo(ProblemCode.GUEST_FAULT);
        }
        assertThat(codeOf(TestFunctions.instance(engine, hostile, "hostile", good)))
            .isEqualTo(ProblemCode.OVERLOADED);
        greet(engine, greet);
      }
    }

    @Test
    void largeWritesOfOneRunAreForgottenLater() {
      try (KvmDriver driver = new KvmDriver(settings().withSandboxesPerEngine(1));
          KvmEngine engine = driver.openEngine(0)) {
        PreparedFunction touch = TestFunctions.of(driver, "touch");
        long expected = TestFunctions.touch(engine, touch, 1 << 20);
        long small = TestFunctions.touch(engine, touch, 100);
        for (int i = 0; i < 60; i++) {
          assertThat(TestFunctions.touch(engine, touch, 100)).isEqualTo(small);
        }
        assertThat(TestFunctions.touch(engine, touch, 1 << 20)).isEqualTo(expected);
      }
    }
  }

  private static ProblemCode codeOf(InstanceResult result) {
    assertThat(result.problem()).isNotNull();
    return java.util.Objects.requireNonNull(result.problem()).code();
  }

  private static Context.Warmth warmth(ComputeEngine engine, PreparedFunction function) {
    try (Context context = engine.domain().acquire(function)) {
      return context.warmth();
    }
  }

  private static void greet(ComputeEngine engine, PreparedFunction function) {
    Item name = Item.ofText("a", "Ada");
    InstanceResult result =
        TestFunctions.instance(engine, function, "greet", new DataSet("names", List.of(name)));
    assertThat(result.problem()).isNull();
    assertThat(result.outputs().getFirst().items())
        .extracting(Item::text)
        .containsExactly("Hello, Ada!\n");
  }
}
