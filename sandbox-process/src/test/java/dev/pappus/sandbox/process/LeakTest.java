package dev.pappus.sandbox.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.ProblemCode;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.InstanceResult;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many runs, with faults, kills, and functions given up among them, leave nothing behind. */
class LeakTest {
  private static final long SEED = Long.getLong("pappus.seed", 20261128L);
  private static final int CONTEXTS = 4;
  private static final String[] FAULTS = {
    "null_write", "divide_by_zero", "undefined", "execute_data", "stack_overflow", "system_call"
  };

  private final Random random = new Random(SEED);

  @Test
  void twoThousandRunsLeaveNothing() {
    run(2_000);
  }

  @Test
  @Tag("stress")
  void aHundredThousandRunsLeaveNothing() {
    run(100_000);
  }

  private void run(int rounds) {
    // First: digests make the JVM open its sources of chance, for ever.
    ProcessSettings settings = TestSettings.plain().withSandboxesPerEngine(CONTEXTS);
    Books.Holdings before = Books.own();
    int zygote;
    try (ProcessDriver driver = new ProcessDriver(settings);
        ProcessEngine engine = driver.openEngine(0)) {
      Runs runs = new Runs(driver, engine);
      zygote = engine.zygoteProcess();
      for (int i = 0; i < 200; i++) {
        one(runs, engine, i);
      }
      // From now on nothing may grow: all four contexts exist.
      Books.Holdings warm = Books.own();
      long zygoteKibibytes = Books.addressKibibytes(zygote);
      for (int i = 0; i < rounds; i++) {
        one(runs, engine, i);
        if (i % 5000 == 4999) {
          assertThat(Books.group(zygote)).contains(zygote).hasSizeLessThanOrEqualTo(1 + CONTEXTS);
        }
      }
      assertThat(Books.own()).as("seed %d", SEED).isEqualTo(warm);
      assertThat(Books.zombies()).isEmpty();
      assertThat(Books.group(zygote)).contains(zygote).hasSizeLessThanOrEqualTo(1 + CONTEXTS);
      assertThat(engine.zygoteProcess()).isEqualTo(zygote);
      assertThat(Books.addressKibibytes(zygote)).isEqualTo(zygoteKibibytes);
    }
    assertThat(Books.own()).isEqualTo(before);
    assertThat(Books.group(zygote)).isEmpty();
  }

  private void one(Runs runs, ProcessEngine engine, int round) {
    String what = "seed " + SEED + " round " + round;
    switch (random.nextInt(9)) {
      case 0, 1 -> {
        InstanceResult result = runs.hostile(FAULTS[random.nextInt(FAULTS.length)]);
        assertThat(Runs.failed(result).code()).as(what).isEqualTo(ProblemCode.GUEST_FAULT);
      }
      case 2 -> {
        if (random.nextInt(20) == 0) {
          InstanceResult result = runs.hostile("loop_forever", random.nextInt(400_000));
          assertThat(Runs.failed(result).code()).as(what).isEqualTo(ProblemCode.GUEST_DEADLINE);
        }
      }
      case 3 -> {
        if (random.nextInt(20) == 0) {
          engine.domain().forget(runs.function("echo"));
        }
      }
      case 4 ->
          assertThat(Runs.text(runs.process("thread_pointer", round)))
              .as(what)
              .isEqualTo(Integer.toString(round));
      case 5 -> program(runs, what);
      default -> {
        byte[] bytes = new byte[random.nextInt(100_000)];
        random.nextBytes(bytes);
        DataSet data = new DataSet("data", List.of(Item.of("x", Key.ZERO, bytes)));
        InstanceResult result =
            runs.run("echo", Limits.DEFAULTS, Deadline.in(TimeUnit.MINUTES.toNanos(1)), data);
        assertThat(result.problem()).as(what).isNull();
        assertThat(result.outputs().getFirst().items().getFirst().toBytes())
            .as(what)
            .isEqualTo(bytes);
      }
    }
  }

  private void program(Runs runs, String what) {
    switch (random.nextInt(4)) {
      case 0 ->
          assertThat(Runs.failed(runs.program(Limits.DEFAULTS, "fault", "null_write")).code())
              .as(what)
              .isEqualTo(ProblemCode.GUEST_FAULT);
      case 1 -> {
        // Ended on its way in, at work, or not at all.
        Limits limits = Limits.DEFAULTS.with(Limit.FUNCTION_RUN, 1 + random.nextInt(2_000_000));
        var _ = runs.program(limits, "residue", "7");
      }
      case 2 ->
          assertThat(Runs.printed(runs.program(Limits.DEFAULTS, "residue", "9")))
              .as(what)
              .isEqualTo("0\n");
      default ->
          assertThat(Runs.printed(runs.program(Limits.DEFAULTS, "work")))
              .as(what)
              .startsWith("2000 2668667000 ");
    }
  }
}
