package dev.pappus.sandbox.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.ProblemCode;
import dev.pappus.sandbox.InstanceResult;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A function that writes what it likes where its end is reported. */
class ForgedReportTest {
  private static final long SEED = Long.getLong("pappus.seed", 20261128L);

  /** It may lie about its own end, blame a lack of memory, and never end; nothing more. */
  private static final Set<ProblemCode> POSSIBLE =
      EnumSet.of(
          ProblemCode.GUEST_FAULT,
          ProblemCode.GUEST_EXIT,
          ProblemCode.GUEST_DEADLINE,
          ProblemCode.SANDBOX_UNAVAILABLE);

  /** Some lies begin the run again, and again. */
  private static final long RUN_NANOS = 50_000_000;

  @Test
  void liesHarmNobodyElse() {
    run(400);
  }

  @Test
  @Tag("stress")
  void manyLiesHarmNobodyElse() {
    run(20_000);
  }

  private static void run(int rounds) {
    Random random = new Random(SEED);
    try (ProcessDriver driver = new ProcessDriver(TestSettings.plain());
        ProcessEngine engine = driver.openEngine(0)) {
      Runs runs = new Runs(driver, engine);
      int zygote = engine.zygoteProcess();
      for (int round = 0; round < rounds; round++) {
        InstanceResult result = runs.processFor(RUN_NANOS, "forge", random.nextInt(1 << 30));
        if (result.problem() != null) {
          assertThat(result.problem().code())
              .as("seed %d round %d: %s", SEED, round, result.problem())
              .isIn(POSSIBLE);
        }
        // What the handler's stack needs of these pages stands higher.
        long free = ZygoteProtocol.STUB_ADDRESS + 0x1000 + random.nextInt(0x4000 / 8) * 8L;
        assertThat(Runs.text(runs.process("read_at", free))).isEqualTo("0");
        if (round % 16 == 15) {
          runs.assertServing();
        }
      }
      assertThat(engine.zygoteProcess()).isEqualTo(zygote);
    }
  }
}
