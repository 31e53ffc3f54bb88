package dev.pappus.dispatcher;

import static dev.pappus.dispatcher.TestNode.await;
import static dev.pappus.dispatcher.TestNode.outputs;
import static dev.pappus.dispatcher.TestNode.problem;
import static dev.pappus.dispatcher.TestNode.set;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.dispatcher.engine.CodeCache;
import dev.pappus.dispatcher.engine.CommunicationPool;
import dev.pappus.dispatcher.engine.EnginePool;
import dev.pappus.dispatcher.engine.Timeouts;
import dev.pappus.dispatcher.store.DataFolder;
import dev.pappus.language.AnySharding;
import dev.pappus.language.PartitionSettings;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.sandbox.Backends;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one invocation may cost, and that it always ends. */
class InvocationRunTest {
  @TempDir Path folder;

  @Test
  void anExceptionAtTheEndLosesNeitherTheResultNorWhatComesAfter() {
    AtomicInteger ends = new AtomicInteger();
    AtomicInteger started = new AtomicInteger();
    AtomicLong internalErrors = new AtomicLong();
    Backends none = new Backends(List.of(), Map.of());
    try (Timeouts timeouts = new Timeouts();
        DataFolder data = DataFolder.open(folder);
        EnginePool engines = new EnginePool(none, 1, 1, timeouts, () -> {})) {
      Node node =
          new Node(
              "n1",
              Limits.DEFAULTS,
              new PartitionSettings(AnySharding.DEFAULT, 1, 0),
              new Node.Compute(
                  engines,
                  new CodeCache(none, data.blobs(), data.templates(), Limits.DEFAULTS, _ -> {}),
                  new CopiedBytes()),
              new CommunicationPool(1, 1),
              ResultBudget.ofHeap(),
              timeouts,
              internalErrors);
      InvocationRun run =
          new InvocationRun(
              "i1",
              node,
              RegistrySnapshot.EMPTY,
              new InvocationRequest(
                  new InvocationTarget.Named("any"), List.of(), InvocationRequest.CodeSource.ANY),
              (_, _) -> {
                ends.getAndIncrement();
                throw new IllegalStateException("deliberate");
              });
      run.cancel();
      assertThat(problem(await(run)).code()).isEqualTo(ProblemCode.CANCELLED);
      run.start(
          () -> {
            started.getAndIncrement();
            throw new IllegalStateException("an invocation that has ended was started");
          },
          List.of());
      run.cancel();
      assertThat(ends.get()).isEqualTo(1);
      assertThat(started.get()).isZero();
      assertThat(internalErrors.get()).isEqualTo(1);
      assertThat(timeouts.pending()).as("timeouts of invocations that have ended").isZero();
    }
  }

  @Test
  void nestedCompositionsCountEvenIfNothingInThemRuns() {
    try (TestNode node =
        Functions.register(TestNode.in(folder).limit(Limit.INVOCATION_INSTANCES, 20).start())) {
      String skipped = "nothing (in = all B) => (); ".repeat(150);
      node.compositions(
          Functions.DECLARATIONS
              + "composition wide (A, B) => (R) { copy (in = all A) => (R = out); "
              + skipped
              + "} composition outer (A, B) => (R) { wide (A = each A, B = optional all B) => (R ="
              + " R); }");
      assertThat(outputs(node.run("outer", set("1", "2"))).getFirst().items()).hasSize(2);
      Problem problem = problem(node.run("outer", set("1", "2", "3")));
      assertThat(problem.code()).isEqualTo(ProblemCode.TOO_MANY_ITEMS);
      assertThat(problem.detail()).contains("20 instances").contains("limits.invocation_instances");
      assertThat(problem.function()).isEqualTo("wide");
    }
  }
}
