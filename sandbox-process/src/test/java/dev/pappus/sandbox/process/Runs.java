package dev.pappus.sandbox.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import dev.pappus.model.Item;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.MonotonicClock;
import dev.pappus.model.Problem;
import dev.pappus.model.ProgramOptions;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.Guests;
import dev.pappus.sandbox.InstanceResult;
import dev.pappus.sandbox.InstanceRunner;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.Programs;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Runs of guest programs on one engine, whose thread alone may use it. */
final class Runs {
  private static final long FAR_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final ProcessDriver driver;
  private final ProcessEngine engine;
  private final Map<String, PreparedFunction> prepared = new HashMap<>();

  Runs(ProcessDriver driver, ProcessEngine engine) {
    this.driver = driver;
    this.engine = engine;
  }

  PreparedFunction function(String guest) {
    return prepared.computeIfAbsent(
        guest, name -> driver.prepare(Guests.binary(name), Guests.CONTEXT_BYTES));
  }

  InstanceResult run(String guest, Limits limits, Deadline deadline, DataSet... inputs) {
    FunctionSpec spec = Guests.spec(guest);
    return new InstanceRunner(engine, MonotonicClock.SYSTEM)
        .run(function(guest), spec, List.of(inputs), deadline, limits);
  }

  InstanceResult hostile(String mode) {
    return hostile(mode, Limits.DEFAULTS.get(Limit.FUNCTION_RUN));
  }

  InstanceResult hostile(String mode, long runNanos) {
    return run(
        "hostile",
        Limits.DEFAULTS.with(Limit.FUNCTION_RUN, runNanos),
        Deadline.in(FAR_NANOS),
        set("mode", mode));
  }

  /** Runs {@code mode} of the guest that tries what only processes could do. */
  InstanceResult process(String mode, long number) {
    return processFor(Limits.DEFAULTS.get(Limit.FUNCTION_RUN), mode, number);
  }

  /** The same, with a limit. */
  InstanceResult processFor(long runNanos, String mode, long number) {
    return run(
        "process",
        Limits.DEFAULTS.with(Limit.FUNCTION_RUN, runNanos),
        Deadline.in(FAR_NANOS),
        set("mode", mode),
        set("number", Long.toString(number)));
  }

  /** Has the guest {@code echo}, which may be prepared several times, give back a text. */
  void echo(PreparedFunction function, String text) {
    DataSet data = new DataSet("data", List.of(Item.ofText("x", text)));
    InstanceResult result =
        new InstanceRunner(engine, MonotonicClock.SYSTEM)
            .run(
                function,
                Guests.spec("echo"),
                List.of(data),
                Deadline.in(FAR_NANOS),
                Limits.DEFAULTS);
    assertThat(text(result)).isEqualTo(text);
  }

  /** What the probe of guest/programs does that is told to by a file; from a snapshot. */
  InstanceResult program(Limits limits, String... words) {
    FunctionSpec spec =
        Programs.spec(
            "probe",
            List.of(InputSet.dynamic("what")),
            List.of("stdio"),
            Guests.CONTEXT_BYTES,
            new ProgramOptions(List.of("from"), true));
    PreparedFunction function =
        prepared.computeIfAbsent(
            "probe program",
            name -> driver.prepare(Programs.binary("probe", Programs.Libc.GLIBC), spec));
    DataSet what =
        new DataSet("what", List.of(Item.ofText("words", String.join("\n", words) + "\n")));
    return new InstanceRunner(engine, MonotonicClock.SYSTEM)
        .run(function, spec, List.of(what), Deadline.in(FAR_NANOS), limits);
  }

  /** What the program has printed. */
  static String printed(InstanceResult result) {
    assertThat(result.problem()).isNull();
    return result.outputs().getFirst().items().get(1).text();
  }

  /** That the engine serves, and that nothing of the last run is left. */
  void assertServing() {
    assertThat(hostile("tables_good").problem()).isNull();
    assertThat(run("entry_state", Limits.DEFAULTS, Deadline.in(FAR_NANOS)).problem()).isNull();
  }

  static Problem failed(InstanceResult result) {
    assertThat(result.problem()).as("problem").isNotNull();
    return Objects.requireNonNull(result.problem());
  }

  /** The one text that a run has left. */
  static String text(InstanceResult result) {
    assertThat(result.problem()).isNull();
    return result.outputs().getFirst().items().getFirst().text();
  }

  static DataSet set(String name, String text) {
    return new DataSet(name, List.of(Item.ofText("", text)));
  }
}
