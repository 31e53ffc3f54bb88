package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Limits;
import dev.pappus.model.MonotonicClock;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What the contract suite cannot show: a sandbox that itself fails, and callers that err. */
class InstanceRunnerTest {
  private static final FunctionSpec SPEC =
      Guests.spec("nothing", List.of(), List.of(), Guests.CONTEXT_BYTES);
  private static final RunOutcome FAILED = new RunOutcome.SandboxFailed("it is broken");
  private static final RunOutcome EXITED = new RunOutcome.Exited(0);

  /** Sandboxes in which there is nothing to run, and every run ends alike. */
  private static final class Sandbox implements ComputeEngine, MemoryDomain {
    private final RunOutcome outcome;
    private int contexts;

    Sandbox(RunOutcome outcome) {
      this.outcome = outcome;
    }

    @Override
    public MemoryDomain domain() {
      return this;
    }

    @Override
    public Context acquire(PreparedFunction function) {
      contexts++;
      return new Context() {
        @Override
        public Warmth warmth() {
          return new Warmth(false, true);
        }

        @Override
        public void write(List<DataSet> inputs, List<String> outputs) {}

        @Override
        public List<DataSet> readOutputs(Limits limits) {
          return List.of();
        }

        @Override
        public String lastWords() {
          return "";
        }

        @Override
        public void close() {
          contexts--;
        }
      };
    }

    @Override
    public void forget(PreparedFunction function) {}

    @Override
    public RunOutcome run(Context context, Deadline deadline) {
      return outcome;
    }

    @Override
    public void nudge() {}

    @Override
    public void idle() {}

    @Override
    public void close() {}
  }

  private record Nothing() implements PreparedFunction {
    @Override
    public String sandbox() {
      return "none";
    }

    @Override
    public long residentBytes() {
      return 0;
    }

    @Override
    public long contextBytes() {
      return Guests.CONTEXT_BYTES;
    }
  }

  private static InstanceResult run(Sandbox sandbox, List<DataSet> inputs) {
    return new InstanceRunner(sandbox, MonotonicClock.SYSTEM)
        .run(new Nothing(), SPEC, inputs, Deadline.in(60_000_000_000L), Limits.DEFAULTS);
  }

  @Test
  void aSandboxThatFailsIsThePlatformsFault() {
    Sandbox sandbox = new Sandbox(FAILED);
    Problem problem = Objects.requireNonNull(run(sandbox, List.of()).problem());
    assertThat(problem.code()).isEqualTo(ProblemCode.SANDBOX_UNAVAILABLE);
    assertThat(problem.function()).isEqualTo("nothing");
    assertThat(problem.hint()).contains("pappus doctor");
    assertThat(sandbox.contexts).as("contexts that were not closed").isZero();
  }

  @Test
  void contextsAreClosedAfterSuccess() {
    Sandbox sandbox = new Sandbox(EXITED);
    assertThat(run(sandbox, List.of()).succeeded()).isTrue();
    assertThat(sandbox.contexts).isZero();
  }

  @Test
  void aResultIsDeliveredOnceBeforeItsContextIsWiped() {
    List<Integer> contextsAtDelivery = new ArrayList<>();
    for (RunOutcome outcome : List.of(EXITED, FAILED)) {
      Sandbox sandbox = new Sandbox(outcome);
      new InstanceRunner(sandbox, MonotonicClock.SYSTEM)
          .run(
              new Nothing(),
              SPEC,
              List.of(),
              Deadline.in(60_000_000_000L),
              Limits.DEFAULTS,
              _ -> contextsAtDelivery.add(sandbox.contexts));
      assertThat(sandbox.contexts).isZero();
    }
    assertThat(contextsAtDelivery).containsExactly(1, 1);
  }

  /** Whoever is told may do work of its own then, which is not the function's. */
  @Test
  void readersAreToldBeforeTheFunctionsOwnTimeBegins() {
    long[] now = {System.nanoTime()};
    List<InstanceResult> results = new ArrayList<>();
    new InstanceRunner(new Sandbox(EXITED), () -> now[0])
        .run(
            new Nothing(),
            SPEC,
            List.of(),
            Deadline.in(60_000_000_000L),
            Limits.DEFAULTS,
            new InstanceRunner.Receiver() {
              @Override
              public void inputsRead() {
                now[0] += 1000;
              }

              @Override
              public void received(InstanceResult result) {
                results.add(result);
              }
            });
    assertThat(results).hasSize(1);
    assertThat(results.getFirst().loadNanos()).isEqualTo(1000);
    assertThat(results.getFirst().runNanos()).isZero();
  }

  @Test
  void moreSetsThanAreRegisteredAreACallersBug() {
    assertThatThrownBy(() -> run(new Sandbox(EXITED), List.of(DataSet.empty("surplus"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 sets for the 0 inputs of nothing");
  }
}
