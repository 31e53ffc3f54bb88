package dev.pappus.dispatcher;

import static dev.pappus.dispatcher.TestNode.await;
import static dev.pappus.dispatcher.TestNode.outputs;
import static dev.pappus.dispatcher.TestNode.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limit;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.Signature;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many invocations with every kind of failure at once: each ends, and nothing is left behind. */
@Tag("stress")
class DispatcherStressTest {
  private static final int CLIENTS = 4;
  private static final int INVOCATIONS_EACH = 2500;

  /** So large that the heap of the tests cannot hold all inputs. */
  private static final int ITEM_BYTES = 32 << 10;

  @TempDir Path folder;
  private final Set<String> ids = ConcurrentHashMap.newKeySet();

  @Test
  void tenThousandInvocationsWithRandomFailuresLeaveNothingBehind() throws Exception {
    long seed = Long.getLong("pappus.seed", System.nanoTime());
    FakeCommunication http =
        new FakeCommunication("HTTP", new Signature(List.of("requests"), List.of("bodies")));
    http.body =
        inputs -> {
          if (ThreadLocalRandom.current().nextInt(20) == 0) {
            throw new IllegalStateException("random failure");
          }
          return inputs;
        };
    JavaDriver driver = new JavaDriver();
    driver.lends = () -> ThreadLocalRandom.current().nextInt(3) > 0;
    driver.collects = driver.lends;
    try (TestNode node =
        TestNode.in(folder)
            .driver(driver)
            .engines(3)
            .communication(http)
            .limit(Limit.COMPUTE_QUEUE, 200)
            .limit(Limit.INVOCATIONS_MAX, 100)
            .limit(Limit.FUNCTION_RUN, 30_000_000)
            .limit(Limit.CODE_CACHE, 16_000)
            .start()) {
      register(node);
      try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
        List<Future<?>> ends = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
          Random random = new Random(seed + i);
          ends.add(clients.submit(() -> invokeMany(node, random)));
        }
        for (Future<?> each : ends) {
          each.get();
        }
      }
      until(() -> node.dispatcher.stats().running() == 0);
      until(() -> node.dispatcher.stats().enginesBusy() == 0);
      until(() -> node.dispatcher.stats().communicationRunning() == 0);
      DispatcherStats stats = node.dispatcher.stats();
      assertThat(stats.computeWaiting()).as("seed %d", seed).isZero();
      assertThat(stats.communicationWaiting()).isZero();
      assertThat(stats.received()).isEqualTo((long) CLIENTS * INVOCATIONS_EACH);
      assertThat(stats.succeeded() + stats.failed()).isEqualTo(stats.received());
      assertThat(ids).hasSize(CLIENTS * INVOCATIONS_EACH);
      assertThat(stats.succeeded()).isPositive();
      assertThat(stats.cancelled()).isPositive();
      assertThat(driver.lent.get()).as("contexts that stayed sealed").isPositive();
      outputs(node.run("clean", input(new Random(seed), 4)));
    }
  }

  private static void register(TestNode node) {
    node.function("copy", List.of("in"), List.of("out"), Functions::copy);
    node.function("moody", List.of("in"), List.of("out"), DispatcherStressTest::moody);
    node.compositions(
        """
        function copy (in) => (out);
        function moody (in) => (out);
        function HTTP (requests) => (bodies);
        composition clean (A) => (R) {
          copy (in = each A) => (X = out);
          copy (in = keyed X) => (R = out);
        }
        composition wild (A) => (R) {
          moody (in = each A) => (X = out);
          HTTP (requests = keyed X) => (Y = bodies);
          clean (A = keyed Y) => (Z = R);
          moody (in = all Z) => (R = out);
        }
        """);
  }

  private static List<DataSet> moody(JavaDriver.Call call) throws InterruptedException {
    switch (ThreadLocalRandom.current().nextInt(100)) {
      case 0, 1, 2 -> throw new JavaDriver.GuestExit(1);
      case 3, 4 -> throw new JavaDriver.GuestFault();
      case 5 -> throw new JavaDriver.BackendBug();
      case 6 -> call.await(new java.util.concurrent.CountDownLatch(1));
      case 7, 8 -> {
        return List.of(DataSet.empty("out"));
      }
      default -> {}
    }
    return Functions.copy(call);
  }

  private void invokeMany(TestNode node, Random random) {
    List<Invocation> underWay = new ArrayList<>();
    for (int i = 0; i < INVOCATIONS_EACH; i++) {
      String name = random.nextInt(4) == 0 ? "clean" : "wild";
      Invocation invocation = node.start(name, input(random, random.nextInt(8)));
      ids.add(invocation.id());
      underWay.add(invocation);
      if (random.nextInt(30) == 0) {
        invocation.cancel();
      }
      if (random.nextInt(500) == 0) {
        node.register(
            "copy",
            List.of("in"),
            List.of("out"),
            Integer.toString(random.nextInt()),
            Registry.OnConflict.REPLACE);
      }
      if (underWay.size() > 20) {
        underWay.forEach(DispatcherStressTest::checkEnd);
        underWay.clear();
      }
    }
    underWay.forEach(DispatcherStressTest::checkEnd);
  }

  private static void checkEnd(Invocation invocation) {
    InvocationResult result = await(invocation);
    if (result.outcome() instanceof InvocationResult.Failed(var problem)) {
      assertThat(problem.code())
          .isIn(
              ProblemCode.GUEST_EXIT,
              ProblemCode.GUEST_FAULT,
              ProblemCode.GUEST_DEADLINE,
              ProblemCode.INTERNAL,
              ProblemCode.CANCELLED,
              ProblemCode.OVERLOADED);
      if (problem.code() == ProblemCode.OVERLOADED) {
        LockSupport.parkNanos(100_000);
      }
    }
  }

  private static DataSet input(Random random, int count) {
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      items.add(Item.of("i", Key.of(random.nextInt(3)), new byte[ITEM_BYTES]));
    }
    return new DataSet("", items);
  }
}
