package dev.pappus.dispatcher;

import static dev.pappus.dispatcher.TestNode.await;
import static dev.pappus.dispatcher.TestNode.outputs;
import static dev.pappus.dispatcher.TestNode.problem;
import static dev.pappus.dispatcher.TestNode.set;
import static dev.pappus.dispatcher.TestNode.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.dispatcher.store.DataFolder;
import dev.pappus.model.DataSet;
import dev.pappus.model.Limit;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Signature;
import dev.pappus.sandbox.Backends;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of an invocation, and of the node, when something goes wrong. */
class FailureTest {
  @TempDir Path folder;
  private final CountDownLatch gate = new CountDownLatch(1);
  private final CountDownLatch badGate = new CountDownLatch(1);
  private final AtomicInteger ran = new AtomicInteger();

  private static final String WORK = "function work (in) => (out);\n";
  private static final String HTTP = "function HTTP (requests) => (bodies);\n";

  /** Registers {@code work}: "bad" fails after its gate; others count, "fast" without a gate. */
  private TestNode withWork(TestNode node) {
    return node.function(
        "work",
        List.of("in"),
        List.of("out"),
        call -> {
          String text = call.inputs().getFirst().items().getFirst().text();
          if (text.equals("bad")) {
            call.await(badGate);
            throw new JavaDriver.GuestExit(1);
          }
          if (!text.equals("fast")) {
            call.await(gate);
          }
          ran.getAndIncrement();
          return Functions.copy(call);
        });
  }

  @Test
  void whatTheOneThatFailedPrintedIsKeptHoweverMuchOthersDid() {
    try (TestNode node = TestNode.in(folder).start()) {
      String much = "x".repeat(4 << 10);
      node.function(
          "shout",
          List.of("in"),
          List.of("out", "stdio"),
          call ->
              List.of(
                  new DataSet("out", call.inputs().getFirst().items()),
                  new DataSet("stdio", List.of(TestNode.item("stderr", 0, much)))));
      node.function(
          "fail",
          List.of("in"),
          List.of("out"),
          _ -> {
            throw new JavaDriver.GuestExit(1);
          });
      node.compositions(
          """
          function shout (in) => (out, stdio);
          function fail (in) => (out);
          composition loud (A) => (R) {
            shout (in = each A) => (B = out);
            fail (in = all B) => (R = out);
          }
          """);
      InvocationResult result =
          node.run("loud", set("a b c d e f g h i j k l m n o p q".split(" ")));
      assertThat(problem(result).code()).isEqualTo(ProblemCode.GUEST_EXIT);
      assertThat(result.instances()).hasSize(18);
      assertThat(result.instances().get(15).logTail()).isEqualTo(much);
      assertThat(result.instances().get(16).logTail()).as("no room is left").isEmpty();
      assertThat(result.instances().getLast().logTail()).isEqualTo("last words");
    }
  }

  @Test
  void oneFailureFailsTheInvocationAndCancelsWhatWaits() {
    try (TestNode node = withWork(TestNode.in(folder).engines(1).start())) {
      node.compositions(WORK + "composition all (A) => (R) { work (in = each A) => (R = out); }");
      Invocation invocation = node.start("all", set("bad", "1", "2", "3", "4", "5", "6", "7", "8"));
      // One engine and its four spares take five; the rest waits.
      until(() -> node.dispatcher.stats().enginesBusy() == 5);
      assertThat(node.dispatcher.stats().computeWaiting()).isEqualTo(4);
      badGate.countDown();
      assertThat(problem(await(invocation)).code()).isEqualTo(ProblemCode.GUEST_EXIT);
      assertThat(node.dispatcher.stats().computeWaiting()).isZero();
      until(() -> node.dispatcher.stats().enginesBusy() == 0);
      outputs(node.run("work", set("fast")));
      assertThat(ran.get()).as("the last; the four under way were ended").isEqualTo(1);
    }
  }

  @Test
  void failureInterruptsCommunication() {
    FakeCommunication http =
        new FakeCommunication("HTTP", new Signature(List.of("requests"), List.of("bodies")));
    http.body =
        inputs -> {
          new CountDownLatch(1).await();
          return inputs;
        };
    try (TestNode node = withWork(TestNode.in(folder).communication(http).start())) {
      node.compositions(
          WORK
              + HTTP
              + "composition both (A) => (R) { HTTP (requests = all A) => (R = bodies);"
              + " work (in = all A) => (); }");
      Invocation invocation = node.start("both", set("bad"));
      until(() -> http.calls.get() == 1);
      badGate.countDown();
      assertThat(problem(await(invocation)).code()).isEqualTo(ProblemCode.GUEST_EXIT);
      until(() -> http.interrupted.get() == 1);
      until(() -> node.dispatcher.stats().communicationRunning() == 0);
    }
  }

  @Test
  void communicationProblemsReachTheCallerWithTheirItem() {
    FakeCommunication http =
        new FakeCommunication("HTTP", new Signature(List.of("requests"), List.of("bodies")));
    try (TestNode node = withWork(TestNode.in(folder).communication(http).start())) {
      node.compositions(
          HTTP + "composition get (A) => (R) { HTTP (requests = each A) => (R = bodies); }");
      http.body =
          inputs -> {
            throw new ProblemException(
                Problem.of(ProblemCode.EGRESS_DENIED, "no").withHint("allow it"));
          };
      Problem denied = problem(node.run("get", set("4=x")));
      assertThat(denied.code()).isEqualTo(ProblemCode.EGRESS_DENIED);
      assertThat(denied.item()).isEqualTo("requests:4/i0");
      assertThat(denied.application()).isEqualTo("get/0:HTTP");
      http.body =
          inputs -> {
            throw new IllegalStateException("bug");
          };
      assertThat(problem(node.run("get", set("x"))).code()).isEqualTo(ProblemCode.INTERNAL);
      http.body = inputs -> List.of();
      assertThat(problem(node.run("get", set("x"))).code()).isEqualTo(ProblemCode.INTERNAL);
      assertThat(node.dispatcher.stats().internalErrors()).isEqualTo(2);
    }
  }

  @Test
  void communicationIsBounded() {
    FakeCommunication http =
        new FakeCommunication("HTTP", new Signature(List.of("requests"), List.of("bodies")));
    AtomicInteger atOnce = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    http.body =
        inputs -> {
          most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
          gate.await();
          atOnce.decrementAndGet();
          return inputs;
        };
    try (TestNode node =
        TestNode.in(folder).communication(http).limit(Limit.IO_CONCURRENCY, 3).start()) {
      node.compositions(
          HTTP + "composition get (A) => (R) { HTTP (requests = each A) => (R = bodies); }");
      Invocation invocation = node.start("get", set("1", "2", "3", "4", "5", "6", "7"));
      until(() -> atOnce.get() == 3 && node.dispatcher.stats().communicationWaiting() == 4);
      gate.countDown();
      assertThat(outputs(await(invocation)).getFirst().items()).hasSize(7);
      assertThat(most.get()).isEqualTo(3);
    }
  }

  @Test
  void cancelEndsAnInvocationAtOnce() {
    try (TestNode node = withWork(TestNode.in(folder).engines(1).start())) {
      List<Invocation> running = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        running.add(node.start("work", set("slow")));
      }
      until(() -> node.dispatcher.stats().enginesBusy() == 5);
      Invocation waiting = node.start("work", set("slow"));
      waiting.cancel();
      running.getFirst().cancel();
      assertThat(problem(await(running.getFirst())).code()).isEqualTo(ProblemCode.CANCELLED);
      assertThat(problem(await(waiting)).code()).isEqualTo(ProblemCode.CANCELLED);
      assertThat(node.dispatcher.stats().cancelled()).isEqualTo(2);
      assertThat(node.dispatcher.stats().computeWaiting()).isZero();
      until(() -> node.dispatcher.stats().enginesBusy() == 4);
      gate.countDown();
      outputs(node.run("work", set("fast")));
      until(() -> node.dispatcher.stats().enginesBusy() == 0);
      assertThat(ran.get()).as("neither the one that ran nor the one that waited").isEqualTo(5);
      waiting.cancel();
    }
  }

  @Test
  void queuedInvocationsMissTheirDeadlineToo() {
    try (TestNode node =
        withWork(TestNode.in(folder).engines(1).limit(Limit.INVOCATION_WALL, 50_000_000).start())) {
      List<Invocation> all = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        all.add(node.start("work", set("slow")));
      }
      for (Invocation each : all) {
        assertThat(problem(await(each)).code()).isEqualTo(ProblemCode.INVOCATION_DEADLINE);
      }
      until(() -> node.dispatcher.stats().enginesBusy() == 0);
      outputs(node.run("work", set("fast")));
    }
  }

  @Test
  void aFullQueueFailsTheInvocationThatDoesNotFit() {
    try (TestNode node =
        withWork(TestNode.in(folder).engines(1).limit(Limit.COMPUTE_QUEUE, 3).start())) {
      node.compositions(WORK + "composition all (A) => (R) { work (in = each A) => (R = out); }");
      Invocation first = node.start("work", set("1"));
      until(() -> node.dispatcher.stats().enginesBusy() == 1);
      Problem problem = problem(node.run("all", set("1", "2", "3", "4", "5", "6", "7", "8", "9")));
      assertThat(problem.code()).isEqualTo(ProblemCode.OVERLOADED);
      assertThat(problem.detail()).contains("limits.compute_queue");
      assertThat(node.dispatcher.stats().computeWaiting()).isZero();
      assertThat(node.dispatcher.stats().overloaded()).isEqualTo(1);
      gate.countDown();
      outputs(await(first));
      outputs(node.run("all", set("1")));
    }
  }

  @Test
  void aLargeInvocationDoesNotFillTheQueue() {
    try (TestNode node =
        withWork(TestNode.in(folder).engines(1).limit(Limit.COMPUTE_QUEUE, 1000).start())) {
      node.compositions(WORK + "composition all (A) => (R) { work (in = each A) => (R = out); }");
      String[] items = new String[3000];
      java.util.Arrays.fill(items, "slow");
      Invocation large = node.start("all", set(items));
      until(() -> node.dispatcher.stats().enginesBusy() == 5);
      assertThat(node.dispatcher.stats().computeWaiting()).isLessThan(StartWindow.STARTED_MAX);
      Invocation small = node.start("work", set("fast"));
      gate.countDown();
      outputs(await(small));
      assertThat(outputs(await(large)).getFirst().items()).hasSize(3000);
      assertThat(ran.get()).isEqualTo(3001);
    }
  }

  @Test
  void resultsCannotFillTheMemory() {
    try (TestNode node = TestNode.in(folder).resultBytes(1000).start()) {
      node.function("copy", List.of("in"), List.of("out"), Functions::copy);
      node.compositions(
          """
          function copy (in) => (out);
          composition grow (A) => (R) {
            copy (in = each A) => (X = out);
            copy (in = each X) => (R = out);
          }
          """);
      String large = "x".repeat(200);
      outputs(node.run("grow", set(large, large)));
      assertThat(node.dispatcher.stats().resultBytes()).isZero();
      Problem problem = problem(node.run("grow", set(large, large, large)));
      assertThat(problem.code()).isEqualTo(ProblemCode.GUEST_OUTPUT_LIMIT);
      assertThat(problem.application()).isEqualTo("grow/1:copy");
      withWork(node);
      node.compositions(
          WORK
              + "function copy (in) => (out);\n"
              + "composition hold (A) => (R) { copy (in = all A) => (X = out);"
              + " work (in = all X) => (R = out); }");
      Invocation holding = node.start("hold", set("y".repeat(900)));
      until(() -> node.dispatcher.stats().resultBytes() == 900);
      assertThat(problem(node.run("copy", set(large))).code()).isEqualTo(ProblemCode.OVERLOADED);
      holding.cancel();
      assertThat(problem(await(holding)).code()).isEqualTo(ProblemCode.CANCELLED);
      outputs(node.run("copy", set(large)));
      gate.countDown();
    }
  }

  @Test
  void tooManyInvocationsAreTurnedAwayAtTheDoor() {
    try (TestNode node = withWork(TestNode.in(folder).limit(Limit.INVOCATIONS_MAX, 2).start())) {
      Invocation first = node.start("work", set("1"));
      Invocation second = node.start("work", set("2"));
      Problem problem = problem(node.run("work", set("3")));
      assertThat(problem.code()).isEqualTo(ProblemCode.OVERLOADED);
      assertThat(problem.detail()).contains("limits.invocations_max");
      gate.countDown();
      outputs(await(first));
      outputs(await(second));
      outputs(node.run("work", set("fast")));
      assertThat(node.dispatcher.stats().overloaded()).isEqualTo(1);
    }
  }

  @Test
  void whatWouldWaitTooLongIsTurnedAwayAtTheDoor() {
    try (TestNode node =
        withWork(TestNode.in(folder).engines(1).limit(Limit.QUEUE_WAIT, 1).start())) {
      outputs(node.run("work", set("fast")));
      List<Invocation> slow = new ArrayList<>();
      for (int busy = 1; busy <= 5; busy++) {
        slow.add(node.start("work", set("slow")));
        int expected = busy;
        until(() -> node.dispatcher.stats().enginesBusy() == expected);
      }
      slow.add(node.start("work", set("slow")));
      until(() -> node.dispatcher.stats().computeWaiting() == 1);
      Problem problem = problem(node.run("work", set("fast")));
      assertThat(problem.code()).isEqualTo(ProblemCode.OVERLOADED);
      assertThat(problem.detail()).contains("limits.queue_wait");
      assertThat(node.dispatcher.stats().overloaded()).isEqualTo(1);
      gate.countDown();
      slow.forEach(each -> outputs(await(each)));
      outputs(node.run("work", set("fast")));
    }
  }

  @Test
  void longRunsDoNotKeepShortOnesFromRunning() {
    try (TestNode node = withWork(TestNode.in(folder).engines(2).start())) {
      List<Invocation> loops = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        loops.add(node.start("work", set("slow")));
      }
      for (int i = 0; i < 50; i++) {
        outputs(node.run("work", set("fast")));
      }
      assertThat(node.dispatcher.stats().enginesSpare()).isBetween(1, 8);
      gate.countDown();
      loops.forEach(loop -> outputs(await(loop)));
      until(() -> node.dispatcher.stats().enginesSpare() == 0);
    }
  }

  @Test
  void spareEnginesAreBounded() {
    try (TestNode node = withWork(TestNode.in(folder).engines(1).start())) {
      List<Invocation> loops = new ArrayList<>();
      for (int i = 0; i < 7; i++) {
        loops.add(node.start("work", set("slow")));
      }
      until(() -> node.dispatcher.stats().enginesBusy() == 5);
      assertThat(node.dispatcher.stats().computeWaiting()).isEqualTo(2);
      gate.countDown();
      loops.forEach(loop -> outputs(await(loop)));
    }
  }

  @Test
  void anEngineSurvivesABackendThatThrows() {
    try (TestNode node = withWork(TestNode.in(folder).engines(1).start())) {
      node.function(
          "bug",
          List.of(),
          List.of(),
          call -> {
            throw new JavaDriver.BackendBug();
          });
      for (int i = 0; i < 3; i++) {
        assertThat(problem(node.run("bug")).code()).isEqualTo(ProblemCode.INTERNAL);
        outputs(node.run("work", set("fast")));
      }
      assertThat(node.dispatcher.stats().internalErrors()).isEqualTo(3);
      assertThat(node.driver.opened.get()).isEqualTo(4);
    }
  }

  @Test
  void anEngineThatTheHostRefusesLeavesItsWorkToOthers() {
    JavaDriver driver = new JavaDriver();
    driver.refusals =
        index ->
            index == 0
                ? Problem.of(ProblemCode.SANDBOX_UNAVAILABLE, "no more").withHint("x")
                : null;
    try (TestNode node = withWork(TestNode.in(folder).driver(driver).engines(2).start())) {
      for (int i = 0; i < 20; i++) {
        outputs(node.run("work", set("fast")));
      }
      driver.refusals = index -> null;
    }
  }

  @Test
  void aHostWithoutSandboxesSaysSo() {
    JavaDriver driver = new JavaDriver();
    driver.refusals = index -> Problem.of(ProblemCode.SANDBOX_UNAVAILABLE, "no more").withHint("x");
    try (TestNode node = withWork(TestNode.in(folder).driver(driver).start())) {
      assertThat(problem(node.run("work", set("fast"))).code())
          .isEqualTo(ProblemCode.SANDBOX_UNAVAILABLE);
      driver.refusals = index -> null;
      until(() -> node.run("work", set("fast")).outcome() instanceof InvocationResult.Succeeded);
    }
  }

  @Test
  void aCancelledInvocationFreesItsEngineAtOnce() {
    try (TestNode node =
        TestNode.in(folder)
            .engines(1)
            .limit(Limit.FUNCTION_RUN, TimeUnit.MINUTES.toNanos(10))
            .limit(Limit.INVOCATION_WALL, TimeUnit.MINUTES.toNanos(10))
            .start()) {
      CountDownLatch never = new CountDownLatch(1);
      node.function(
          "wait",
          List.of(),
          List.of(),
          call -> {
            call.await(never);
            return List.of();
          });
      Invocation invocation = node.start("wait");
      until(() -> node.driver.contextsNow.get() == 1);
      invocation.cancel();
      assertThat(problem(await(invocation)).code()).isEqualTo(ProblemCode.CANCELLED);
      until(() -> node.driver.contextsNow.get() == 0);
    }
  }

  @Test
  void withoutABackendOnlyComputeFunctionsFail() {
    FakeCommunication http =
        new FakeCommunication("HTTP", new Signature(List.of("requests"), List.of("bodies")));
    withWork(TestNode.in(folder).start()).close();
    Dispatcher.Settings settings =
        new Dispatcher.Settings(
            "n1",
            DataFolder.open(folder),
            new Backends(List.of(), Map.of("kvm", "it is absent")),
            1,
            List.of(http),
            dev.pappus.model.Limits.DEFAULTS);
    try (Dispatcher dispatcher = new Dispatcher(settings)) {
      dispatcher
          .registry()
          .registerCompositions(
              HTTP + "composition get (A) => (R) { HTTP (requests = all A) => (R = bodies); }",
              Registry.OnConflict.REFUSE);
      outputs(await(invoke(dispatcher, "get")));
      assertThat(problem(await(invoke(dispatcher, "work"))).code())
          .isEqualTo(ProblemCode.SANDBOX_UNAVAILABLE);
      assertThat(dispatcher.stats().computeWaiting()).isZero();
    }
  }

  private static Invocation invoke(Dispatcher dispatcher, String name) {
    return dispatcher.invoke(
        new InvocationRequest(
            new InvocationTarget.Named(name), List.of(set("x")), InvocationRequest.CodeSource.ANY));
  }

  @Test
  void closingWaitsForWhatRunsAndRefusesWhatComes() {
    try (TestNode node = withWork(TestNode.in(folder).start())) {
      Invocation running = node.start("work", set("1"));
      until(() -> node.dispatcher.stats().enginesBusy() == 1);
      CompletableFuture<?> closing = CompletableFuture.runAsync(node.dispatcher::close);
      until(() ->
          node.run("work", set("fast")).outcome()
                  instanceof InvocationResult.Failed(Problem problem)
              && problem.code() == ProblemCode.SHUTTING_DOWN);
      assertThat(closing).isNotDone();
      gate.countDown();
      outputs(await(running));
      closing.join();
    }
  }

  @Test
  void closingFailsWhatDoesNotEnd() {
    try (TestNode node =
        withWork(
            TestNode.in(folder)
                .engines(1)
                .limit(Limit.SHUTDOWN_GRACE, 20_000_000)
                .limit(Limit.FUNCTION_RUN, 300_000_000)
                .start())) {
      List<Invocation> all = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        all.add(node.start("work", set("slow")));
      }
      node.dispatcher.close();
      for (Invocation each : all) {
        assertThat(problem(await(each)).code()).isEqualTo(ProblemCode.SHUTTING_DOWN);
      }
    }
  }
}
