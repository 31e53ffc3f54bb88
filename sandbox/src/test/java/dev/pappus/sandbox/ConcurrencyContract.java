package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limits;
import dev.pappus.model.MonotonicClock;
import dev.pappus.model.ProblemCode;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Several engines of one driver at once, each on its thread: right results among faults,
 * cancellations and functions that are prepared meanwhile. {@link FunctionContract} says how a
 * backend runs this.
 */
public abstract class ConcurrencyContract {
  private static final long SEED = Long.getLong("pappus.seed", 20260101L);
  private static final int ENGINES = 4;
  private static final int ROUNDS = Integer.getInteger("pappus.concurrency.rounds", 60);
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** The backend under test; the test closes it. */
  protected abstract ComputeDriver driver();

  /** The file that the backend runs of a guest; native ones unless it says otherwise. */
  protected MemorySegment binary(String guest) {
    return Guests.binary(guest);
  }

  @Test
  void enginesDoNotDisturbEachOther() throws InterruptedException, ExecutionException {
    try (ComputeDriver driver = driver()) {
      Map<String, PreparedFunction> functions =
          Map.of(
              "echo", driver.prepare(binary("echo"), Guests.CONTEXT_BYTES),
              "matmul_n", driver.prepare(binary("matmul_n"), Guests.CONTEXT_BYTES),
              "hostile", driver.prepare(binary("hostile"), Guests.CONTEXT_BYTES));
      List<FutureTask<Integer>> workers = new ArrayList<>();
      for (int i = 0; i < ENGINES; i++) {
        int index = i;
        workers.add(new FutureTask<>(() -> new Worker(driver, functions, index).work()));
        Thread.ofPlatform().name("engine-" + i).start(workers.get(i));
      }
      for (int i = 0; i < ROUNDS / 10; i++) {
        driver.prepare(binary("sum"), Guests.CONTEXT_BYTES);
      }
      for (FutureTask<Integer> worker : workers) {
        assertThat(worker.get()).isEqualTo(ROUNDS);
      }
    }
  }

  /** One engine and what runs on it; everything happens on the thread that made it. */
  private static final class Worker {
    private final ComputeDriver driver;
    private final Map<String, PreparedFunction> functions;
    private final int index;
    private final Random random;

    Worker(ComputeDriver driver, Map<String, PreparedFunction> functions, int index) {
      this.driver = driver;
      this.functions = functions;
      this.index = index;
      random = new Random(SEED + index);
    }

    int work() throws InterruptedException {
      int rounds = 0;
      try (ComputeEngine engine = driver.openEngine(index)) {
        for (; rounds < ROUNDS; rounds++) {
          String what = "seed %d engine %d round %d".formatted(SEED, index, rounds);
          switch (random.nextInt(4)) {
            case 0 -> echo(engine, what);
            case 1 -> multiply(engine, what);
            case 2 -> crash(engine, what);
            default -> cancel(engine, what);
          }
        }
        engine.idle();
      }
      return rounds;
    }

    private InstanceResult run(
        ComputeEngine engine, String guest, String set, Item item, Deadline deadline) {
      FunctionSpec spec = Guests.spec(guest);
      return new InstanceRunner(engine, MonotonicClock.SYSTEM)
          .run(
              Objects.requireNonNull(functions.get(guest)),
              spec,
              List.of(new DataSet(set, List.of(item))),
              deadline,
              Limits.DEFAULTS);
    }

    private void echo(ComputeEngine engine, String what) {
      byte[] bytes = new byte[random.nextInt(200_000)];
      random.nextBytes(bytes);
      Item item = Item.of("x", new Key(random.nextInt()), bytes);
      InstanceResult result = run(engine, "echo", "data", item, Deadline.in(PATIENCE_NANOS));
      assertThat(result.problem()).as(what).isNull();
      Item echoed = result.outputs().getFirst().items().getFirst();
      assertThat(echoed.key()).as(what).isEqualTo(item.key());
      assertThat(echoed.data().mismatch(item.data())).as(what).isEqualTo(-1);
    }

    private void multiply(ComputeEngine engine, String what) {
      Item n = Item.ofText("n", "64");
      InstanceResult first = run(engine, "matmul_n", "n", n, Deadline.in(PATIENCE_NANOS));
      InstanceResult second = run(engine, "matmul_n", "n", n, Deadline.in(PATIENCE_NANOS));
      assertThat(first.problem()).as(what).isNull();
      assertThat(second.problem()).as(what).isNull();
      assertThat(first.outputs().getFirst().items().getFirst().toBytes())
          .as(what)
          .isEqualTo(second.outputs().getFirst().items().getFirst().toBytes());
    }

    private void crash(ComputeEngine engine, String what) {
      Item mode = Item.ofText("m", "crash_at_once");
      InstanceResult result = run(engine, "hostile", "mode", mode, Deadline.in(PATIENCE_NANOS));
      assertThat(Objects.requireNonNull(result.problem(), what).code())
          .as(what)
          .isEqualTo(ProblemCode.GUEST_FAULT);
    }

    private void cancel(ComputeEngine engine, String what) throws InterruptedException {
      Deadline deadline = Deadline.in(PATIENCE_NANOS);
      long pauseNanos = random.nextInt(500_000);
      Thread canceller =
          Thread.ofPlatform()
              .start(() -> {
                LockSupport.parkNanos(pauseNanos);
                deadline.cancel();
                engine.nudge();
              });
      Item mode = Item.ofText("m", "loop_forever");
      InstanceResult result = run(engine, "hostile", "mode", mode, deadline);
      canceller.join();
      assertThat(Objects.requireNonNull(result.problem(), what).code())
          .as(what)
          .isEqualTo(ProblemCode.CANCELLED);
    }
  }
}
