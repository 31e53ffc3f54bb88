package dev.pappus.sandbox.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.linux.PosixTimer;
import dev.pappus.model.DataSet;
import dev.pappus.model.Limits;
import dev.pappus.sandbox.Context;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.Guests;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.RunOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Functions of random shape in alternation on few machines of one engine. Each looks for what
 * others have left and then leaves as much as it can; each must end as it was built to end.
 */
class ResidueTest {
  private static final long SEED = Long.getLong("pappus.seed", 20261122L);

  /** Guests that are kicked more often than they can be entered anew would never end. */
  private static final long KICK_NANOS_MIN = 60_000;

  private static final RandomFunction.End[] ENDS = RandomFunction.End.values();

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

    @Test
    void nothingIsLeftByOneFunctionToTheNext() {
      new Mix(TestSettings.of(variant).withSandboxesPerEngine(2), 60, SEED).run(300, 1, false);
    }

    @Test
    void norByOneRunToTheNextOfTheSameFunctionWhoseHeapIsKept() {
      new Mix(TestSettings.of(variant).withSandboxesPerEngine(2), 45, SEED + 3).run(300, 6, false);
    }

    @Test
    void nothingIsLeftWhenGuestsAreInterruptedAndKilledAtAnyPoint() {
      new Mix(TestSettings.of(variant).withSandboxesPerEngine(2), 30, SEED + 1).run(700, 1, true);
    }

    @Test
    void nothingIsLeftWhereOnlyResidencyTellsWhatWasWritten() {
      KvmSettings settings =
          TestSettings.of(variant).withSandboxesPerEngine(2).withWipeMethod(WipeMethod.RESIDENCY);
      new Mix(settings, 30, SEED + 2).run(80, 1, false);
    }

    @Test
    @Tag("stress")
    void nothingIsLeftInTheLongRun() {
      for (int i = 0; i < 4; i++) {
        KvmSettings settings = TestSettings.of(variant).withSandboxesPerEngine(1 + i % 4);
        new Mix(settings, 100, SEED + 10 + i).run(2000, 1 + i, i % 2 == 1);
      }
    }
  }

  /** Some functions on one engine. */
  private static final class Mix {
    private final KvmSettings settings;
    private final int count;
    private final long seed;
    private final Random random;
    private long kickNanosMin;
    private int agreed;
    private int faulted;
    private int killed;
    private long keptBytes;

    Mix(KvmSettings settings, int count, long seed) {
      this.settings = settings;
      this.count = count;
      this.seed = seed;
      this.random = new Random(seed);
    }

    /**
     * Runs functions in random order.
     *
     * @param repeats how often in a row one of them may run
     * @param interrupted whether they are also interrupted and killed
     */
    void run(int rounds, int repeats, boolean interrupted) {
      try (KvmDriver driver = new KvmDriver(settings);
          KvmEngine engine = driver.openEngine(0);
          PosixTimer kicks = new PosixTimer()) {
        List<RandomFunction.Made> made = new ArrayList<>();
        List<PreparedFunction> functions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          RandomFunction.Made one = RandomFunction.make(random, ENDS[i % ENDS.length]);
          made.add(one);
          functions.add(driver.prepare(one.binary(), one.contextBytes()));
        }
        PreparedFunction state = driver.prepare(Guests.binary("entry_state"), 8 << 20);
        byte[] first = registers(engine, state);
        kickNanosMin = Math.max(KICK_NANOS_MIN, fastestNanos(() -> registers(engine, state)));
        int chosen = 0;
        for (int round = 0; round < rounds; round++) {
          if (round % 8 == 7) {
            assertThat(registers(engine, state))
                .as("seed %d round %d", seed, round)
                .isEqualTo(first);
            continue;
          }
          if (round % repeats == 0) {
            chosen = random.nextInt(count);
          }
          check(
              engine,
              functions.get(chosen),
              made.get(chosen).end(),
              interrupted ? kicks : null,
              round);
        }
        assertThat(agreed).isPositive();
        assertThat(faulted).isPositive();
        assertThat(killed).isPositive();
        assertThat(repeats == 1 || keptBytes > 0).as("chunks were kept").isTrue();
      }
    }

    private void check(
        KvmEngine engine,
        PreparedFunction function,
        RandomFunction.End end,
        @Nullable PosixTimer kicks,
        int round) {
      long nanos =
          end == RandomFunction.End.LOOP
              ? 1_000_000
              : kicks != null && random.nextInt(3) > 0
                  ? 20_000 + random.nextInt(400_000)
                  : TestFunctions.FAR_NANOS;
      RunOutcome outcome;
      VirtualMachine vm;
      try (KvmContext context = (KvmContext) engine.domain().acquire(function)) {
        vm = context.vm();
        context.write(List.of(), List.of());
        long now = System.nanoTime();
        if (kicks != null) {
          kicks.arm(now + random.nextInt(100_000), kickNanosMin + random.nextInt(60_000));
        }
        outcome = engine.run(context, Deadline.at(now + nanos));
        if (kicks != null) {
          kicks.disarm();
        }
      }
      keptBytes = Math.max(keptBytes, vm.keptBytes());
      String where = "seed %d round %d %s: %s".formatted(seed, round, end, outcome);
      Integer vector = end.vector();
      switch (outcome) {
        case RunOutcome.Exited exited -> {
          agreed++;
          assertThat(vector).as(where).isEqualTo(-1);
          assertThat(exited.exitCode()).as(where).isZero();
        }
        case RunOutcome.Faulted fault -> {
          faulted++;
          assertThat(fault.state().vector()).as(where).isEqualTo(vector);
        }
        case RunOutcome.DeadlineExceeded _ -> {
          killed++;
          assertThat(nanos).as(where).isLessThan(TestFunctions.FAR_NANOS);
        }
        case RunOutcome.SandboxFailed failed -> throw new AssertionError(where + failed);
      }
    }

    private static long fastestNanos(Runnable step) {
      long fastest = Long.MAX_VALUE;
      for (int i = 0; i < 20; i++) {
        long began = System.nanoTime();
        step.run();
        fastest = Math.min(fastest, System.nanoTime() - began);
      }
      return fastest;
    }

    /** Registers at the start of a run, as the guest that spoils them all sees them. */
    private static byte @Nullable [] registers(KvmEngine engine, PreparedFunction state) {
      try (Context context = engine.domain().acquire(state)) {
        context.write(List.of(), List.of("state"));
        RunOutcome outcome = engine.run(context, Deadline.in(TestFunctions.FAR_NANOS));
        assertThat(outcome).isEqualTo(new RunOutcome.Exited(0));
        List<DataSet> sets = context.readOutputs(Limits.DEFAULTS);
        return sets.getFirst().items().getFirst().toBytes();
      }
    }
  }
}
