package dev.pappus.sandbox.kvm;

import static dev.pappus.linux.Mapping.HUGE_PAGE;
import static dev.pappus.linux.Mapping.PAGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.RunOutcome;
import dev.pappus.sandbox.WasmMemory;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Linear memory whose bounds the page tables check: what is mapped when, and who may ask. */
class LinearMemoryTest {
  private static final long SEED = Long.getLong("pappus.seed", 20261128L);
  private static final long CONTEXT_BYTES = 32 << 20;
  private static final long BASE = 1L << 36;
  private static final long WASM_PAGE = WasmMemory.PAGE_BYTES;
  private static final RunOutcome SUCCESS = new RunOutcome.Exited(0);

  @Nested
  @NeedsKvm
  @Tag(NeedsKvm.NO_IDT)
  class NoIdt extends Suite {
    NoIdt() {
      super(TestSettings.of(EntryVariant.NO_IDT));
    }
  }

  @Nested
  @NeedsKvm
  @Tag(NeedsKvm.IDT)
  class Idt extends Suite {
    Idt() {
      super(TestSettings.of(EntryVariant.IDT));
    }
  }

  @Nested
  @NeedsKvm
  class ByResidency extends Suite {
    ByResidency() {
      super(TestSettings.of(EntryVariant.NO_IDT).withWipeMethod(WipeMethod.RESIDENCY));
    }
  }

  abstract static class Suite {
    private final KvmDriver driver;
    private final KvmEngine engine;

    /** With one machine, so that whatever runs next finds what the last run has left. */
    Suite(KvmSettings settings) {
      driver = new KvmDriver(settings.withWarmBlanks(0).withSandboxesPerEngine(1));
      engine = driver.openEngine(0);
    }

    @AfterEach
    void close() {
      engine.close();
      driver.close();
    }

    private PreparedFunction function(int initialPages, int maximumPages, Asm code) {
      return driver.prepare(
          elf(code).linearMemory(BASE, initialPages, maximumPages).build(), CONTEXT_BYTES);
    }

    private void assertOutOfBounds(RunOutcome outcome, long address) {
      assertThat(outcome).isInstanceOf(RunOutcome.Faulted.class);
      RunOutcome.Faulted faulted = (RunOutcome.Faulted) outcome;
      assertThat(faulted.description())
          .isEqualTo("out of bounds memory access at 0x" + Long.toHexString(address));
      assertThat(faulted.state().address()).isEqualTo(address);
    }

    @Test
    void itReachesToItsLastByteAndNoFurther() {
      for (int pages : new int[] {1, 3, 31, 32, 33, 70}) {
        long end = pages * WASM_PAGE;
        Asm inside = code().write(BASE, 7).write(BASE + end - 8, 8).exit(0);
        assertThat(TestFunctions.run(engine, function(pages, pages, inside))).isEqualTo(SUCCESS);
        for (long address : new long[] {end, end + HUGE_PAGE, 1L << 32, (8L << 30) - 8}) {
          PreparedFunction outside = function(pages, pages, code().read(BASE + address).exit(0));
          assertOutOfBounds(TestFunctions.run(engine, outside), address);
        }
        PreparedFunction across = function(pages, pages, code().write(BASE + end - 4, 1).exit(0));
        assertOutOfBounds(TestFunctions.run(engine, across), end);
      }
    }

    @Test
    void growthIsMappedZeroAndGoneAfterwards() {
      Random random = new Random(SEED);
      for (int round = 0; round < 60; round++) {
        int initial = random.nextInt(70);
        int first = random.nextInt(100);
        int second = 1 + random.nextInt(100);
        long end = (initial + first + second) * WASM_PAGE;
        Asm code = code().grow(first, initial, 1).grow(second, initial + first, 2);
        code.requireZero(BASE, end / 8, 8, 3).grow(0, initial + first + second, 4);
        for (long at = 0; at < end; at += WASM_PAGE) {
          code.write(BASE + at + random.nextInt(8191) * 8L, -1);
        }
        code.write(BASE + end - 8, -1);
        PreparedFunction leaves = function(initial, 512, code.exit(0));
        String what =
            "seed %d round %d: %d + %d + %d".formatted(SEED, round, initial, first, second);
        for (int run = 0; run < 3; run++) {
          assertThat(TestFunctions.run(engine, leaves)).as(what).isEqualTo(SUCCESS);
        }
      }
    }

    @Test
    void aFunctionThatGrewDoesNotReachWhatItHadWhenItRunsAgain() {
      for (int initial : new int[] {0, 1, 32, 40}) {
        long end = initial * WASM_PAGE;
        Asm growing = code().grow(100, initial, 1).write(BASE + end, 1);
        growing.write(BASE + end + 100 * WASM_PAGE - 8, 1).read(BASE + end + 100 * WASM_PAGE);
        PreparedFunction function = function(initial, 512, growing.exit(0));
        for (int run = 0; run < 5; run++) {
          assertOutOfBounds(TestFunctions.run(engine, function), (initial + 100) * WASM_PAGE);
        }
        // The same tables with other code: what the other one had is not mapped for it.
        for (long at = end; at < end + 100 * WASM_PAGE; at += 25 * WASM_PAGE) {
          PreparedFunction reader = function(initial, 512, code().read(BASE + at).exit(0));
          assertThat(TestFunctions.run(engine, function)).isInstanceOf(RunOutcome.Faulted.class);
          assertOutOfBounds(TestFunctions.run(engine, reader), at);
        }
      }
    }

    @Test
    void afterAnAgreedExitNothingOfGrowthStaysMapped() {
      for (int initial : new int[] {0, 1, 31, 33}) {
        long end = initial * WASM_PAGE;
        Asm code = code().grow(96, initial, 1);
        for (long at = end; at < end + 96 * WASM_PAGE; at += PAGE) {
          code.write(BASE + at, -1);
        }
        PreparedFunction grower = function(initial, 512, code.exit(0));
        for (long at : new long[] {0, PAGE, WASM_PAGE, HUGE_PAGE, 96 * WASM_PAGE - PAGE}) {
          assertThat(TestFunctions.run(engine, grower)).isEqualTo(SUCCESS);
          PreparedFunction reader = function(initial, 512, code().read(BASE + end + at).exit(0));
          assertOutOfBounds(TestFunctions.run(engine, reader), end + at);
        }
      }
    }

    @Test
    void itGrowsToItsCapAndNotBeyond() {
      int cap = (int) (CONTEXT_BYTES / WASM_PAGE);
      Asm code = code().grow(cap, -1, 1).grow(cap - 1, 1, 2).grow(1, -1, 3).grow(0, cap, 4);
      code.requireZero(BASE, CONTEXT_BYTES / PAGE, (int) PAGE, 5)
          .write(BASE + CONTEXT_BYTES - 8, 1);
      assertThat(TestFunctions.run(engine, function(1, 65536, code.exit(0)))).isEqualTo(SUCCESS);
      Asm small = code().grow(2, -1, 1).grow(1, 4, 2).grow(1, -1, 3).exit(0);
      assertThat(TestFunctions.run(engine, function(4, 5, small))).isEqualTo(SUCCESS);
    }

    @Test
    void wildRequestsAreAnsweredWithNo() {
      Asm code = code();
      int exit = 1;
      for (long pages :
          new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32, 1L << 48, 65536, -65536}) {
        code.grow(pages, -1, exit++);
      }
      assertThat(TestFunctions.run(engine, function(1, 65536, code.grow(0, 1, 9).exit(0))))
          .isEqualTo(SUCCESS);
    }

    @Test
    void askingForeverEndsAtTheDeadline() {
      // out 0x12, al; jmp to it
      PreparedFunction asks = function(1, 512, code().raw("31 FF E6 12 EB FC"));
      long deadline = System.nanoTime() + 20_000_000;
      assertThat(TestFunctions.run(engine, asks, deadline))
          .isInstanceOf(RunOutcome.DeadlineExceeded.class);
      // So does one that grows at first.
      PreparedFunction grows = function(1, 512, code().raw("BF 01 00 00 00 E6 12 EB FC"));
      assertThat(TestFunctions.run(engine, grows, System.nanoTime() + 20_000_000))
          .isInstanceOf(RunOutcome.DeadlineExceeded.class);
      assertServing();
    }

    @Test
    void otherUsesOfThePortAreFaults() {
      String[] uses = {
        "66 BA 12 00 B0 00 F2 6E", // rep outsb
        "66 BA 12 00 EC", // in al, dx
        "E4 12", // in al, 0x12
        "66 E7 12", // out 0x12, ax
        "E7 12", // out 0x12, eax
      };
      for (String use : uses) {
        Asm code = code().raw("48 8D 74 24 80 B9 02 00 00 00").raw(use).exit(0);
        assertThat(TestFunctions.run(engine, function(1, 512, code)))
            .as(use)
            .isInstanceOf(RunOutcome.Faulted.class);
        assertServing();
      }
    }

    @Test
    void withoutANoteThePortIsAFault() {
      Asm code = code().grow(1, 0, 1).exit(0);
      RunOutcome outcome =
          TestFunctions.run(engine, driver.prepare(elf(code).build(), CONTEXT_BYTES));
      assertThat(outcome).isInstanceOf(RunOutcome.Faulted.class);
      assertThat(((RunOutcome.Faulted) outcome).description()).contains("port 0x12");
      // Linear memory in the context grows without the monitor.
      PreparedFunction inContext =
          driver.prepare(elf(code).linearMemory(0, 1, 512).build(), CONTEXT_BYTES);
      assertThat(TestFunctions.run(engine, inContext)).isInstanceOf(RunOutcome.Faulted.class);
      assertServing();
    }

    @Test
    void registersSurviveARequest() {
      // rsi, r8, r15, xmm0 hold values across; the answer is all that changes.
      Asm code = code().raw("48 C7 C6 11 22 33 44 49 89 F0 49 89 F7 66 48 0F 6E C6");
      code.grow(3, 1, 1);
      // xor rsi, r8; xor r8, r15; or rsi, r8; movq r9, xmm0; xor r9, r15; or rsi, r9; jz over
      code.raw("4C 31 C6 4D 31 F8 4C 09 C6 66 49 0F 7E C1 4D 31 F9 4C 09 CE 74 12").exit(2);
      assertThat(TestFunctions.run(engine, function(1, 512, code.exit(0)))).isEqualTo(SUCCESS);
    }

    @Test
    void nothingIsExecutableThere() {
      PreparedFunction jumps = function(1, 1, code().jump(BASE));
      assertThat(TestFunctions.run(engine, jumps)).isInstanceOf(RunOutcome.Faulted.class);
      assertServing();
    }

    private void assertServing() {
      assertThat(TestFunctions.run(engine, function(2, 8, code().grow(3, 2, 1).exit(0))))
          .isEqualTo(SUCCESS);
    }

    @Test
    void notesThatLieAreRefused() {
      assertRefused("multiple of 1 GiB", BASE + PAGE, 1, 1);
      assertRefused("multiple of 1 GiB", 1L << 46, 1, 1);
      assertRefused("multiple of 1 GiB", -(1L << 36), 1, 1);
      assertRefused("at most 65536", BASE, 2, 1);
      assertRefused("at most 65536", BASE, 1, 65537);
      assertRefused("at most 65536", BASE, -1, -1);
      assertRefused("room for 33554432", BASE, 513, 65536);
      assertRefused("room for", 0, 512, 512);
    }

    private void assertRefused(String why, long base, int initial, int maximum) {
      assertThatThrownBy(() ->
              driver.prepare(
                  elf(code().exit(0)).linearMemory(base, initial, maximum).build(), CONTEXT_BYTES))
          .isInstanceOf(ProblemException.class)
          .hasMessageContaining(why);
    }

    @Test
    void aContextThatReachesItIsRefused() {
      assertThatThrownBy(() ->
              driver.prepare(elf(code().exit(0)).linearMemory(1L << 30, 1, 1).build(), 2L << 30))
          .isInstanceOf(ProblemException.class)
          .hasMessageContaining("inside of a context");
    }
  }

  private static Asm code() {
    return new Asm(TestFunctions.DATA);
  }

  /** Of one size whatever the code, so that equal memories have equal tables. */
  private static TestElf elf(Asm code) {
    byte[] bytes = Arrays.copyOf(code.bytes(), 0x10000);
    return new TestElf()
        .segment(TestFunctions.CODE, bytes, bytes.length, TestElf.READ | TestElf.EXECUTE)
        .segment(TestFunctions.DATA, new byte[0], 4096, TestElf.READ | TestElf.WRITE)
        .entry(TestFunctions.CODE)
        .controlBlock(TestFunctions.DATA);
  }
}
