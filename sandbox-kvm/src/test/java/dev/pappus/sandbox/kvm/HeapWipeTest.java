package dev.pappus.sandbox.kvm;

import static dev.pappus.linux.Mapping.HUGE_PAGE;
import static dev.pappus.linux.Mapping.PAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.sandbox.Context;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.RunOutcome;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which chunks of a heap stay between runs, and what is in them. */
class HeapWipeTest {
  private static final long CONTEXT_BYTES = 32 << 20;
  private static final long SEED = Long.getLong("pappus.seed", 20261122L);

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
      settings = TestSettings.of(variant).withWarmBlanks(0).withSandboxesPerEngine(2);
    }

    private KvmSettings withBudget(long bytes) {
      return settings.withLimits(Limits.DEFAULTS.with(Limit.RESIDENT_BYTES, bytes));
    }

    @Test
    void chunksThatEveryRunNeedsStayAndAreClean() {
      try (KvmDriver driver = new KvmDriver(settings);
          KvmEngine engine = driver.openEngine(0)) {
        // Two whole chunks, and pages of one that is mapped in small ones: below the first.
        long[] places = {3 * HUGE_PAGE - PAGE, 4 * HUGE_PAGE + 8, 6 * HUGE_PAGE - 8};
        PreparedFunction function = writer(driver, places);
        assertThat(keptAfterRun(engine, function)).isZero();
        long blank = driver.budget().chargedBytes();
        for (int round = 0; round < 5; round++) {
          assertThat(keptAfterRun(engine, function)).isEqualTo(3 * HUGE_PAGE);
        }
        assertThat(driver.budget().chargedBytes()).isEqualTo(blank + 3 * HUGE_PAGE);
        engine.domain().forget(function);
        assertThat(driver.budget().chargedBytes()).isEqualTo(blank);
        assertThat(TestFunctions.run(engine, writer(driver, places)))
            .isEqualTo(new RunOutcome.Exited(0));
      }
    }

    @Test
    void chunksThatNoRunNeedsAnyMoreGoBack() {
      try (KvmDriver driver = new KvmDriver(settings);
          KvmEngine engine = driver.openEngine(0)) {
        PreparedFunction touch = TestFunctions.of(driver, "touch");
        long large = TestFunctions.touch(engine, touch, 8 << 20);
        long before = driver.budget().chargedBytes();
        for (int i = 0; i < 5; i++) {
          assertThat(TestFunctions.touch(engine, touch, 8 << 20)).isEqualTo(large);
        }
        assertThat(driver.budget().chargedBytes()).isGreaterThanOrEqualTo(before + 3 * HUGE_PAGE);
        for (int i = 0; i < 10; i++) {
          TestFunctions.touch(engine, touch, 100);
        }
        assertThat(driver.budget().chargedBytes()).isEqualTo(before);
        assertThat(TestFunctions.touch(engine, touch, 8 << 20)).isEqualTo(large);
      }
    }

    @Test
    void aFaultGivesThemBack() {
      try (KvmDriver driver = new KvmDriver(settings);
          KvmEngine engine = driver.openEngine(0)) {
        PreparedFunction function = writer(driver, 4 * HUGE_PAGE);
        keptAfterRun(engine, function);
        long before = driver.budget().chargedBytes();
        assertThat(keptAfterRun(engine, function)).isEqualTo(HUGE_PAGE);
        try (KvmContext context = (KvmContext) engine.domain().acquire(function)) {
          context.setResidue(KvmContext.Residue.ALL);
          context.vm().memory().heap().set(ValueLayout.JAVA_LONG, 4 * HUGE_PAGE + 800, 1);
        }
        assertThat(driver.budget().chargedBytes()).isEqualTo(before);
        assertThat(keptAfterRun(engine, function)).isEqualTo(HUGE_PAGE);
      }
    }

    @Test
    void inputsThatReachThemLeaveNothing() {
      try (KvmDriver driver = new KvmDriver(settings);
          KvmEngine engine = driver.openEngine(0)) {
        byte[] bytes = new byte[7 << 20];
        new Random(SEED).nextBytes(bytes);
        DataSet input = new DataSet("in", List.of(Item.of("a", Key.ZERO, bytes)));
        PreparedFunction copy = TestFunctions.of(driver, "copy");
        for (int i = 0; i < 5; i++) {
          try (Context context = engine.domain().acquire(copy)) {
            context.write(List.of(input), List.of("out"));
            assertThat(engine.run(context, Deadline.in(TestFunctions.FAR_NANOS)))
                .isEqualTo(new RunOutcome.Exited(0));
            List<DataSet> outputs = context.readOutputs(Limits.DEFAULTS);
            assertThat(outputs.getFirst().items().getFirst().toBytes()).isEqualTo(bytes);
          }
        }
        assertThat(keptAfterRun(engine, copy)).isPositive();
      }
    }

    @Test
    void imagesThatReachIntoTheHeapAreRestored() {
      try (KvmDriver driver = new KvmDriver(settings);
          KvmEngine engine = driver.openEngine(0)) {
        long before = driver.budget().chargedBytes();
        PreparedFunction function = largeImage(driver);
        for (int i = 0; i < 6; i++) {
          assertThat(TestFunctions.run(engine, function)).isEqualTo(new RunOutcome.Exited(0));
        }
        assertThat(driver.budget().chargedBytes())
            .isGreaterThanOrEqualTo(before + VirtualMachine.OWN_BYTES + 4 * HUGE_PAGE);
        engine.domain().forget(function);
        assertThat(driver.budget().chargedBytes())
            .isBetween(before, before + VirtualMachine.OWN_BYTES + Backing.CODE_BYTES);
        PreparedFunction other = writer(driver, 4 * HUGE_PAGE);
        keptAfterRun(engine, other);
      }
    }

    @Test
    void functionsThatTakeTurnsFindTheirOwnAndNothingElse() {
      Random random = new Random(SEED);
      try (KvmDriver driver = new KvmDriver(settings.withSandboxesPerEngine(1));
          KvmEngine engine = driver.openEngine(0)) {
        List<PreparedFunction> functions =
            List.of(
                image(driver, 0x100000, 8 << 20, 1),
                image(driver, 0x180000, 3 << 20, 2),
                writer(driver, 3 * HUGE_PAGE + 8, 4 * HUGE_PAGE, 6 * HUGE_PAGE));
        for (int round = 0; round < 60; round++) {
          PreparedFunction function = functions.get(random.nextInt(functions.size()));
          assertThat(TestFunctions.run(engine, function))
              .as("seed %d round %d", SEED, round)
              .isEqualTo(new RunOutcome.Exited(0));
        }
        long bound = driver.budget().chargedBytes();
        functions.forEach(engine.domain()::forget);
        assertThat(driver.budget().chargedBytes()).isLessThan(bound);
        assertThat(TestFunctions.run(engine, writer(driver, 7 * HUGE_PAGE)))
            .isEqualTo(new RunOutcome.Exited(0));
      }
    }

    @Test
    void whatAFunctionTakesOverCountsAsWritten() {
      try (KvmDriver driver = new KvmDriver(settings.withSandboxesPerEngine(1));
          KvmEngine engine = driver.openEngine(0)) {
        PreparedFunction first = writer(driver, 4 * HUGE_PAGE);
        PreparedFunction second = writerIn(driver, CONTEXT_BYTES - PAGE, 4 * HUGE_PAGE);
        for (PreparedFunction each : List.of(second, first)) {
          keptAfterRun(engine, each);
          assertThat(keptAfterRun(engine, each)).isEqualTo(HUGE_PAGE);
        }
        try (KvmContext context = (KvmContext) engine.domain().acquire(second)) {
          assertThat(context.vm().keptBytes()).isEqualTo(HUGE_PAGE);
          assertThat(context.vm().written(0))
              .anyMatch(range -> range.start() <= 4 * HUGE_PAGE && range.end() >= 5 * HUGE_PAGE);
          context.vm().giveBack();
        }
        // Nothing was kept for it now, so that it notes by itself what it writes.
        assertThat(TestFunctions.run(engine, first)).isEqualTo(new RunOutcome.Exited(0));
        assertThat(keptAfterRun(engine, second)).isEqualTo(HUGE_PAGE);
      }
    }

    @Test
    void withoutABudgetNothingStays() {
      try (KvmDriver driver = new KvmDriver(withBudget(0));
          KvmEngine engine = driver.openEngine(0)) {
        PreparedFunction function = writer(driver, 4 * HUGE_PAGE);
        for (int i = 0; i < 5; i++) {
          assertThat(keptAfterRun(engine, function)).isZero();
        }
      }
    }

    @Test
    void whoHasWaitedLongMakesRoom() {
      long room = 2 * (VirtualMachine.OWN_BYTES + PAGE * 4) + HUGE_PAGE;
      try (KvmDriver driver = new KvmDriver(withBudget(room));
          KvmEngine engine = driver.openEngine(0)) {
        KvmDomain domain = (KvmDomain) engine.domain();
        PreparedFunction first = writer(driver, 4 * HUGE_PAGE);
        PreparedFunction second = writer(driver, 5 * HUGE_PAGE);
        for (int i = 0; i < 3; i++) {
          keptAfterRun(engine, first);
        }
        // Its first run makes the machine, the others ask for the chunk.
        for (int i = 0; i < 3; i++) {
          assertThat(keptAfterRun(engine, second)).isZero();
        }
        long later = System.nanoTime() + 2_000_000_000L;
        assertThat(keptAfterRun(engine, second)).isZero();
        domain.economise(later);
        assertThat(keptAfterRun(engine, second)).isEqualTo(HUGE_PAGE);
        assertThat(keptAfterRun(engine, first)).isZero();
      }
    }

    @Test
    void anOverdrawnBudgetCostsMachinesThatWaitButTheLast() {
      long room = 2 * (VirtualMachine.OWN_BYTES + PAGE * 4);
      KvmSettings tight = withBudget(room).withSandboxesPerEngine(8);
      KvmDriver driver = new KvmDriver(tight);
      try (driver;
          KvmEngine engine = driver.openEngine(0)) {
        for (int round = 0; round < 2; round++) {
          for (int i = 0; i < 6; i++) {
            keptAfterRun(engine, writer(driver, 4 * HUGE_PAGE));
          }
          assertThat(driver.budget().overdrawn()).isFalse();
        }
        // It does not fit at all, and works all the same.
        PreparedFunction image = largeImage(driver);
        for (int i = 0; i < 3; i++) {
          assertThat(TestFunctions.run(engine, image)).isEqualTo(new RunOutcome.Exited(0));
        }
        assertThat(driver.budget().overdrawn()).isTrue();
      }
      assertThat(driver.budget().chargedBytes()).isZero();
    }

    @Test
    void whatIsKeptIsCountedUntilTheEnd() {
      KvmDriver driver = new KvmDriver(settings.withWarmBlanks(2));
      try (driver;
          KvmEngine engine = driver.openEngine(0)) {
        for (int i = 0; i < 3; i++) {
          keptAfterRun(engine, writer(driver, 4 * HUGE_PAGE));
          TestFunctions.run(engine, largeImage(driver));
        }
        assertThat(driver.budget().chargedBytes()).isPositive();
      }
      assertThat(driver.budget().chargedBytes()).isZero();
    }
  }

  /** Looks whether some words are zero and the pages around them, then writes them. */
  private static PreparedFunction writer(KvmDriver driver, long... places) {
    return writerIn(driver, CONTEXT_BYTES, places);
  }

  private static PreparedFunction writerIn(KvmDriver driver, long contextBytes, long... places) {
    Asm code = new Asm(TestFunctions.DATA).requireZeroRegisters(7);
    for (long place : places) {
      code.requireZero(place & -PAGE, PAGE / 8, 8, 8);
    }
    for (long place : places) {
      code.write(place, -1);
    }
    code.exit(0);
    return TestFunctions.of(driver, code, contextBytes);
  }

  /** Eight MiB of data, which it looks at and then spoils here and there. */
  private static PreparedFunction largeImage(KvmDriver driver) {
    return image(driver, 0x100000, 8 << 20, 1);
  }

  /** Data of bytes that are alike, and zeros behind them up to 12 MiB. */
  private static PreparedFunction image(KvmDriver driver, long dataAt, int bytes, int each) {
    byte[] data = new byte[bytes];
    Arrays.fill(data, (byte) each);
    long end = 6 * HUGE_PAGE;
    Asm code = new Asm(TestFunctions.DATA);
    code.requireSum(dataAt, bytes / 8, 0x0101010101010101L * each * (bytes / 8), 9);
    code.requireZero(dataAt + bytes, (end - dataAt - bytes) / 8, 8, 8);
    for (long at = dataAt; at < end; at += 300 * PAGE) {
      code.write(at + 40, 7);
    }
    code.exit(0);
    TestElf elf =
        new TestElf()
            .segment(TestFunctions.CODE, code.bytes(), code.size(), TestElf.READ | TestElf.EXECUTE)
            .segment(TestFunctions.DATA, new byte[0], 4096, TestElf.READ | TestElf.WRITE)
            .segment(dataAt, data, data.length, TestElf.READ | TestElf.WRITE);
    return driver.prepare(
        elf.entry(TestFunctions.CODE).controlBlock(TestFunctions.DATA).build(), CONTEXT_BYTES);
  }

  /** Runs, looks at the whole heap from the host, and returns how much of it was kept. */
  private static long keptAfterRun(KvmEngine engine, PreparedFunction function) {
    VirtualMachine vm;
    RunOutcome outcome;
    try (KvmContext context = (KvmContext) engine.domain().acquire(function)) {
      context.write(List.of(), List.of());
      vm = context.vm();
      outcome = engine.run(context, Deadline.in(TestFunctions.FAR_NANOS));
    }
    assertThat(outcome).isEqualTo(new RunOutcome.Exited(0));
    assertThat(WipeTest.firstNonZero(vm.memory().heap().asSlice(0, CONTEXT_BYTES))).isEqualTo(-1);
    return vm.keptBytes();
  }
}
