package dev.pappus.sandbox.kvm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.RunOutcome;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pages that a function cannot write must be its own all the same. */
@NeedsKvm
class StaleCodeTest {
  private static final long CONTEXT_BYTES = 16 << 20;
  private static final int CODE = 0x10000;
  private static final int CONSTANTS = 0x20000;
  private static final int PAGES = 16;
  private static final int CONTROL = 0x40000;
  private static final int STALE_WORDS_FOUND = 5;

  @ParameterizedTest
  @EnumSource(EntryVariant.class)
  void readOnlyPagesThatTheFileLeavesEmptyAreZeroWhateverRanBefore(EntryVariant variant) {
    try (KvmDriver driver = new KvmDriver(TestSettings.of(variant).withSandboxesPerEngine(1));
        KvmEngine engine = driver.openEngine(0)) {
      byte[] secret = new byte[PAGES * 4096];
      Arrays.fill(secret, (byte) 0x5A);
      Asm leaves = new Asm(CONTROL).exit(0);
      PreparedFunction first = prepare(driver, leaves, secret);
      Asm looks = new Asm(CONTROL);
      looks.requireZero(CONSTANTS, PAGES * 512, 8, STALE_WORDS_FOUND).exit(0);
      PreparedFunction second = prepare(driver, looks, new byte[0]);
      Asm looksFurther = new Asm(CONTROL);
      looksFurther.requireZero(CONSTANTS + 4096, (PAGES - 1) * 512, 8, STALE_WORDS_FOUND).exit(0);
      PreparedFunction third = prepare(driver, looksFurther, Arrays.copyOf(secret, 100));
      for (PreparedFunction each : List.of(first, second, first, third)) {
        assertThat(TestFunctions.run(engine, each)).isEqualTo(new RunOutcome.Exited(0));
      }
    }
  }

  private static PreparedFunction prepare(KvmDriver driver, Asm code, byte[] constants) {
    return driver.prepare(
        new TestElf()
            .segment(CODE, code.bytes(), code.size(), TestElf.READ | TestElf.EXECUTE)
            .segment(CONSTANTS, constants, PAGES * 4096, TestElf.READ)
            .segment(CONTROL, new byte[0], 4096, TestElf.READ | TestElf.WRITE)
            .entry(CODE)
            .controlBlock(CONTROL)
            .build(),
        CONTEXT_BYTES);
  }
}
