package dev.pappus.sandbox.process;

import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.sandbox.InstanceResult;
import java.util.concurrent.TimeUnit;

/**
 * A process with one engine, for tests to start and to end. Prints the zygote's number once it
 * serves; then, as its argument says, {@code loop}s in a function for a minute, or runs a {@code
 * few} functions and prints {@code good}.
 */
public final class TestNode {
  private TestNode() {}

  /** Runs. */
  public static void main(String[] arguments) {
    try (ProcessDriver driver = new ProcessDriver(TestSettings.plain());
        ProcessEngine engine = driver.openEngine(0)) {
      Runs runs = new Runs(driver, engine);
      require(runs.hostile("tables_good").problem() == null);
      System.out.println(engine.zygoteProcess());
      if (arguments[0].equals("loop")) {
        InstanceResult _ = runs.hostile("loop_forever", TimeUnit.MINUTES.toNanos(1));
        return;
      }
      for (int i = 0; i < 20; i++) {
        require(runs.process("thread_pointer", i).problem() == null);
        Problem problem = runs.process("any_call", 41).problem();
        require(problem != null && problem.detail().contains("41 (socket)"));
        require(runs.hostile("loop_forever", 1_000_000).problem() != null);
        require(runs.program(Limits.DEFAULTS, "work").problem() == null);
      }
      System.out.println("good");
    }
  }

  private static void require(boolean holds) {
    if (!holds) {
      throw new IllegalStateException("a run did not end as it should");
    }
  }
}
