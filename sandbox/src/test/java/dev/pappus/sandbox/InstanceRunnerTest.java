package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Limits;
import dev.pappus.model.MonotonicClock;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the contract suite cannot show: a sandbox that itself fails, and callers that err. */
class InstanceRunnerTest {
  @TempDir Path folder;

  private InstanceResult run(String runner, FunctionSpec spec, List<DataSet> inputs) {
    try (HostProcessDriver driver = new HostProcessDriver(folder, Guests.file(runner));
        ComputeEngine engine = driver.openEngine(0)) {
      return new InstanceRunner(engine, MonotonicClock.SYSTEM)
          .run(
              driver.prepare(Guests.binary("basic"), Guests.CONTEXT_BYTES),
              spec,
              inputs,
              Deadline.in(60_000_000_000L),
              Limits.DEFAULTS);
    }
  }

  private long files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.count();
    }
  }

  @Test
  void aSandboxThatFailsIsThePlatformsFault() throws IOException {
    InstanceResult result = run("no_such_runner", Guests.spec("basic"), List.of());
    Problem problem = Objects.requireNonNull(result.problem());
    assertThat(problem.code()).isEqualTo(ProblemCode.SANDBOX_UNAVAILABLE);
    assertThat(problem.function()).isEqualTo("basic");
    assertThat(problem.hint()).contains("pappus doctor");
    assertThat(files()).as("contexts that were not closed").isZero();
  }

  @Test
  void contextsAreClosedAfterSuccess() throws IOException {
    assertThat(run("host_runner", Guests.spec("basic"), List.of()).succeeded()).isTrue();
    assertThat(files()).isZero();
  }

  @Test
  void aResultIsDeliveredOnceBeforeItsContextIsWiped() throws IOException {
    List<Long> filesAtDelivery = new ArrayList<>();
    for (String runner : List.of("host_runner", "no_such_runner")) {
      try (HostProcessDriver driver = new HostProcessDriver(folder, Guests.file(runner));
          ComputeEngine engine = driver.openEngine(0)) {
        new InstanceRunner(engine, MonotonicClock.SYSTEM)
            .run(
                driver.prepare(Guests.binary("basic"), Guests.CONTEXT_BYTES),
                Guests.spec("basic"),
                List.of(),
                Deadline.in(60_000_000_000L),
                Limits.DEFAULTS,
                _ -> filesAtDelivery.add(filesUnchecked()));
      }
      assertThat(files()).isZero();
    }
    assertThat(filesAtDelivery).containsExactly(1L, 1L);
  }

  private long filesUnchecked() {
    try {
      return files();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void moreSetsThanAreRegisteredAreACallersBug() {
    assertThatThrownBy(
            () -> run("host_runner", Guests.spec("basic"), List.of(DataSet.empty("surplus"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 sets for the 0 inputs of basic");
  }
}
