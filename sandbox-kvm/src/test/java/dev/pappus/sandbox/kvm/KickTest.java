package dev.pappus.sandbox.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.linux.Threads;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.RunOutcome;
import dev.pappus.sandbox.ThreadPriority;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Guests that are ended by the clock, at every point of what they do. */
class KickTest {
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
    private final EntryVariant variant;

    Suite(EntryVariant variant) {
      this.variant = variant;
    }

    /**
     * A kick while KVM delivers an exception leaves that exception in the vCPU, and the next run
     * would begin with it.
     */
    @Test
    void aKickDuringAFaultDoesNotReachTheNextRun() {
      kick(6000);
    }

    @Test
    @Tag("stress")
    void norDoesAnyOfManyKicks() {
      kick(60_000);
    }

    @Test
    void aRunInTheBackgroundLetsOthersGoFirst() throws InterruptedException {
      boolean possible = ThreadPriority.lowerForNow();
      if (possible) {
        ThreadPriority.raise();
      }
      int thread = ThreadPriority.currentThread();
      int before = Threads.nice(thread);
      AtomicBoolean seen = new AtomicBoolean();
      AtomicBoolean over = new AtomicBoolean();
      Thread watch =
          Thread.ofPlatform()
              .start(() -> {
                while (!over.get() && !seen.get()) {
                  seen.set(Threads.nice(thread) > before);
                }
              });
      try (KvmDriver driver = new KvmDriver(TestSettings.of(variant));
          KvmEngine engine = driver.openEngine(0)) {
        engine.inBackground(true);
        PreparedFunction loop = function(driver, asm().raw("EB FE"));
        int rounds = 0;
        while (!seen.get() && rounds < (possible ? 1000 : 10)) {
          assertThat(TestFunctions.run(engine, loop, System.nanoTime() + 10_000_000))
              .isInstanceOf(RunOutcome.DeadlineExceeded.class);
          assertThat(Threads.nice(thread)).isEqualTo(before);
          rounds++;
        }
      } finally {
        over.set(true);
        watch.join();
      }
      assertThat(seen.get()).isEqualTo(possible);
    }

    private void kick(int rounds) {
      Random random = new Random(SEED);
      String[] endings = {"0F 0B", "31 FF 48 89 07", "31 C9 F7 F1", "F4", "CD 20", "E6 10"};
      int killed = 0;
      try (KvmDriver driver = new KvmDriver(TestSettings.of(variant).withSandboxesPerEngine(1));
          KvmEngine engine = driver.openEngine(0)) {
        List<PreparedFunction> guests = new ArrayList<>();
        for (String ending : endings) {
          guests.add(function(driver, asm().setExitCode(0).raw(ending)));
        }
        PreparedFunction good = function(driver, asm().requireZeroRegisters(7).exit(0));
        for (int round = 0; round < rounds; round++) {
          int guest = random.nextInt(guests.size());
          long deadline = System.nanoTime() + 11_000 + random.nextInt(40_000);
          if (TestFunctions.run(engine, guests.get(guest), deadline)
              instanceof RunOutcome.DeadlineExceeded) {
            killed++;
          }
          assertThat(TestFunctions.run(engine, good))
              .as("seed %d round %d after %s", SEED, round, endings[guest])
              .isEqualTo(new RunOutcome.Exited(0));
        }
        assertThat(killed).as("guests killed").isBetween(1, rounds - 1);
      }
    }

    @Test
    void loopsAreAlwaysKilledAndRightlyBlamed() {
      try (KvmDriver driver = new KvmDriver(TestSettings.of(variant));
          KvmEngine engine = driver.openEngine(0)) {
        PreparedFunction loop = function(driver, asm().raw("EB FE"));
        PreparedFunction good = function(driver, asm().exit(0));
        for (int round = 0; round < 100; round++) {
          long deadline = System.nanoTime() + round * 10_000L;
          RunOutcome outcome = TestFunctions.run(engine, loop, deadline);
          assertThat(System.nanoTime()).isGreaterThanOrEqualTo(deadline - 10_000);
          assertThat(outcome).isInstanceOf(RunOutcome.DeadlineExceeded.class);
          if (round > 10
              && outcome instanceof RunOutcome.DeadlineExceeded late
              && late.state().instruction() != null) {
            // It may also have been caught on its way in, on the page of the trampoline.
            long instruction = late.state().instruction();
            assertThat(instruction == TestFunctions.CODE ? SystemPages.TRAMPOLINE : instruction)
                .isBetween(SystemPages.TRAMPOLINE, SystemPages.TRAMPOLINE + 4095);
          }
          assertThat(TestFunctions.run(engine, good)).isEqualTo(new RunOutcome.Exited(0));
          if (round % 10 == 9) {
            engine.idle();
          }
        }
      }
    }

    @Test
    void aLateTimerOfOneRunDoesNotEndTheNext() {
      try (KvmDriver driver = new KvmDriver(TestSettings.of(variant));
          KvmEngine engine = driver.openEngine(0)) {
        // mov ecx, 3000000; loop: dec ecx; jnz loop: about a millisecond
        PreparedFunction busy = function(driver, asm().raw("B9 C0 C6 2D 00 FF C9 75 FC").exit(0));
        PreparedFunction good = function(driver, asm().exit(0));
        // Machines are made now, not within the short deadline.
        assertThat(TestFunctions.run(engine, good)).isEqualTo(TestFunctions.run(engine, busy));
        for (int round = 0; round < 20; round++) {
          // The timer is armed for this deadline, which passes during the next run; on a busy
          // machine even during this one.
          assertThat(TestFunctions.run(engine, good, System.nanoTime() + 500_000))
              .isInstanceOfAny(RunOutcome.Exited.class, RunOutcome.DeadlineExceeded.class);
          assertThat(TestFunctions.run(engine, busy)).isEqualTo(new RunOutcome.Exited(0));
          assertThat(TestFunctions.run(engine, busy)).isEqualTo(new RunOutcome.Exited(0));
        }
      }
    }
  }

  private static Asm asm() {
    return new Asm(TestFunctions.DATA);
  }

  private static PreparedFunction function(KvmDriver driver, Asm code) {
    return TestFunctions.of(driver, code, 8 << 20);
  }
}
