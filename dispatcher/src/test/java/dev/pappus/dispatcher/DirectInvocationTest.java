package dev.pappus.dispatcher;

import static dev.pappus.dispatcher.TestNode.outputs;
import static dev.pappus.dispatcher.TestNode.problem;
import static dev.pappus.dispatcher.TestNode.set;
import static dev.pappus.dispatcher.TestNode.texts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import dev.pappus.model.Item;
import dev.pappus.model.Limit;
import dev.pappus.model.Phases;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.Signature;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A function invoked by name. */
class DirectInvocationTest {
  @TempDir Path folder;

  private static List<DataSet> echo(JavaDriver.Call call) {
    return List.of(new DataSet("echoed", call.inputs().getFirst().items()));
  }

  @Test
  void givesOutputsUnderBothNames() {
    try (TestNode node =
        TestNode.in(folder)
            .start()
            .function("echo", List.of("in"), List.of("out"), DirectInvocationTest::echo)) {
      InvocationResult result = node.run("echo", set("a", "b"));
      OutputSet out = outputs(result).getFirst();
      assertThat(out.name()).isEqualTo("out");
      assertThat(out.producerName()).isEqualTo("echoed");
      assertThat(texts(out.items())).containsExactly("a", "b");
    }
  }

  @Test
  void showsTheFunctionItsRegisteredSets() {
    try (TestNode node = TestNode.in(folder).start()) {
      node.function(
          "names",
          List.of("a", "b"),
          List.of("out"),
          call -> {
            String seen = call.inputs().get(0).name() + call.inputs().get(1).name();
            return List.of(new DataSet("out", List.of(Item.ofText("x", seen + call.outputs()))));
          });
      assertThat(texts(outputs(node.run("names", set("1"))).getFirst().items()))
          .containsExactly("ab[out]");
    }
  }

  @Test
  void runsWithoutAnySets() {
    try (TestNode node = TestNode.in(folder).start()) {
      node.function("basic", List.of(), List.of(), call -> List.of());
      assertThat(outputs(node.run("basic"))).isEmpty();
    }
  }

  @Test
  void staticItemsBeatSuppliedOnes() {
    try (TestNode node = TestNode.in(folder).start()) {
      node.driver.define("echo", DirectInvocationTest::echo);
      FunctionSpec spec =
          new FunctionSpec(
              "echo",
              List.of(new InputSet("in", List.of(Item.ofText("s", "fixed")))),
              List.of("out"),
              4096,
              List.of());
      node.dispatcher
          .registry()
          .registerFunction(spec, JavaDriver.binary("echo", ""), Registry.OnConflict.REFUSE);
      assertThat(texts(outputs(node.run("echo", set("supplied"))).getFirst().items()))
          .containsExactly("fixed");
    }
  }

  @Test
  void failuresNameFunctionAndNode() {
    try (TestNode node = TestNode.in(folder).start()) {
      node.function(
          "bad",
          List.of(),
          List.of(),
          call -> {
            throw new JavaDriver.GuestExit(7);
          });
      var exit = problem(node.run("bad"));
      assertThat(exit.code()).isEqualTo(ProblemCode.GUEST_EXIT);
      assertThat(exit.function()).isEqualTo("bad");
      assertThat(exit.application()).isNull();
      assertThat(exit.node()).isEqualTo("n1");
      assertThat(java.util.Objects.requireNonNull(exit.guest()).exitCode()).isEqualTo(7);
      node.function(
          "faulty",
          List.of(),
          List.of(),
          call -> {
            throw new JavaDriver.GuestFault();
          });
      assertThat(problem(node.run("faulty")).code()).isEqualTo(ProblemCode.GUEST_FAULT);
    }
  }

  @Test
  void rejectsWhatCannotBeInvoked() {
    FakeCommunication http = new FakeCommunication("HTTP", new Signature(List.of(), List.of()));
    try (TestNode node = TestNode.in(folder).communication(http).start()) {
      node.function("count_lines", List.of("log"), List.of(), call -> List.of());
      var unknown = problem(node.run("count_line"));
      assertThat(unknown.code()).isEqualTo(ProblemCode.UNKNOWN_INVOCABLE);
      assertThat(unknown.detail()).contains("did you mean 'count_lines'?");
      var surplus = problem(node.run("count_lines", set("a"), set("b")));
      assertThat(surplus.code()).isEqualTo(ProblemCode.UNKNOWN_SET);
      assertThat(surplus.hint()).contains("log");
      assertThat(problem(node.run("HTTP")).code()).isEqualTo(ProblemCode.COMMUNICATION_DIRECT);
      assertThat(http.calls.get()).isZero();
    }
  }

  @Test
  void limitsItemsInEverySet() {
    try (TestNode node = TestNode.in(folder).limit(Limit.SET_ITEMS, 2).start()) {
      node.function("echo", List.of("in"), List.of("out"), DirectInvocationTest::echo);
      var surplus = problem(node.run("echo", set("1", "2", "3")));
      assertThat(surplus.code()).isEqualTo(ProblemCode.TOO_MANY_ITEMS);
      assertThat(surplus.detail()).contains("limits.set_items").contains("'in'");
      outputs(node.run("echo", set("1", "2")));
    }
  }

  @Test
  void killsWhatRunsTooLong() {
    try (TestNode node = TestNode.in(folder).limit(Limit.FUNCTION_RUN, 20_000_000).start()) {
      CountDownLatch never = new CountDownLatch(1);
      node.function(
          "loop",
          List.of(),
          List.of(),
          call -> {
            call.await(never);
            return List.of();
          });
      assertThat(problem(node.run("loop")).code()).isEqualTo(ProblemCode.GUEST_DEADLINE);
    }
  }

  @Test
  void blamesTheInvocationForItsOwnDeadline() {
    try (TestNode node = TestNode.in(folder).limit(Limit.INVOCATION_WALL, 20_000_000).start()) {
      CountDownLatch never = new CountDownLatch(1);
      node.function(
          "loop",
          List.of(),
          List.of(),
          call -> {
            call.await(never);
            return List.of();
          });
      assertThat(problem(node.run("loop")).code()).isEqualTo(ProblemCode.INVOCATION_DEADLINE);
    }
  }

  @Test
  void phasesSumUpToTheLatency() {
    try (TestNode node =
        TestNode.in(folder)
            .start()
            .function("echo", List.of("in"), List.of("out"), DirectInvocationTest::echo)) {
      long before = System.nanoTime();
      InvocationResult result = node.run("echo", set("a"));
      long total = System.nanoTime() - before;
      Phases phases = result.phases();
      long sum = phases.queueNanos() + phases.loadNanos() + phases.runNanos() + phases.replyNanos();
      assertThat(sum).isPositive().isLessThanOrEqualTo(total);
      InstanceReport report = result.instances().getFirst();
      assertThat(phases.runNanos()).isEqualTo(report.phases().runNanos());
      assertThat(report.application()).isEqualTo("echo");
      assertThat(report.inputBytes()).isEqualTo(1);
      assertThat(report.succeeded()).isTrue();
    }
  }

  @Test
  void identifiersAreUniqueAndResultsCanBeFoundAgain() {
    try (TestNode node =
        TestNode.in(folder)
            .start()
            .function("echo", List.of("in"), List.of("out"), DirectInvocationTest::echo)) {
      Set<String> seen = new HashSet<>();
      for (int i = 0; i < 1100; i++) {
        InvocationResult result = node.run("echo", set("a"));
        assertThat(result.id()).hasSize(26).matches("[0-9a-hjkmnp-tv-z]+");
        assertThat(seen.add(result.id())).isTrue();
        if (i == 0) {
          InvocationResult again = node.dispatcher.recent(result.id()).orElseThrow();
          assertThat(outputs(again).getFirst().items()).isEmpty();
          assertThat(again.phases()).isEqualTo(result.phases());
        }
      }
      assertThat(seen.stream().filter(id -> node.dispatcher.recent(id).isPresent()).count())
          .isEqualTo(1000);
      assertThat(node.dispatcher.recent("nothing")).isEmpty();
    }
  }
}
