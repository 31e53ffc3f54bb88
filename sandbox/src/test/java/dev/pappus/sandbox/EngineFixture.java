package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Limits;
import dev.pappus.model.MonotonicClock;
import dev.pappus.model.Problem;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** One driver with one engine for all tests of a class. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EngineFixture {
  private ComputeDriver opened;
  private ComputeEngine engine;

  /** The backend under test; the fixture closes it. */
  protected abstract ComputeDriver driver();

  @BeforeAll
  void open() {
    opened = driver();
    engine = opened.openEngine(0);
  }

  @AfterAll
  void close() {
    engine.idle();
    engine.close();
    opened.close();
  }

  /** What {@link #driver} has made. */
  final ComputeDriver opened() {
    return opened;
  }

  final ComputeEngine engine() {
    return engine;
  }

  /** Runs what the driver has prepared. */
  final InstanceResult run(
      PreparedFunction function,
      FunctionSpec spec,
      Limits limits,
      Deadline deadline,
      List<DataSet> inputs) {
    return new InstanceRunner(engine, MonotonicClock.SYSTEM)
        .run(function, spec, inputs, deadline, limits);
  }

  /** The outputs of a run, which must have succeeded. */
  protected static List<DataSet> succeeded(InstanceResult result) {
    assertThat(result.problem()).isNull();
    return result.outputs();
  }

  /** The problem of a run, which must have failed. */
  protected static Problem failed(InstanceResult result) {
    assertThat(result.problem()).as("problem").isNotNull();
    assertThat(result.outputs()).isEmpty();
    return Objects.requireNonNull(result.problem());
  }
}
