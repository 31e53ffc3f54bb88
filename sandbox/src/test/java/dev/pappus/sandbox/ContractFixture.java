package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Item;
import dev.pappus.model.Limits;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Runs of the guest programs on one engine. */
abstract class ContractFixture extends EngineFixture {
  private final Map<String, PreparedFunction> prepared = new HashMap<>();

  /** The file that the backend runs of a guest; native ones unless it says otherwise. */
  protected MemorySegment binary(String guest) {
    return Guests.binary(guest);
  }

  /** Runs a guest that says of itself what its sets are. */
  protected final InstanceResult run(String guest, DataSet... inputs) {
    return run(guest, Guests.spec(guest), Limits.DEFAULTS, inputs);
  }

  /** Runs a guest as {@code spec} says. */
  protected final InstanceResult run(
      String guest, FunctionSpec spec, Limits limits, DataSet... inputs) {
    return runUntil(guest, spec, limits, Deadline.in(TimeUnit.MINUTES.toNanos(1)), inputs);
  }

  /** Runs a guest within the deadline of its invocation. */
  protected final InstanceResult runUntil(
      String guest, FunctionSpec spec, Limits limits, Deadline deadline, DataSet... inputs) {
    PreparedFunction function =
        prepared.computeIfAbsent(
            guest + "@" + spec.contextBytes(),
            key -> opened().prepare(binary(guest), spec.contextBytes()));
    return run(function, spec, limits, deadline, List.of(inputs));
  }

  /** Has the engine look at the deadline of its run; any thread. */
  protected final void nudge() {
    engine().nudge();
  }

  /** Runs {@code mode} of the hostile guest. */
  protected final InstanceResult hostile(String mode) {
    return hostile(mode, Limits.DEFAULTS);
  }

  /** Runs {@code mode} of the hostile guest. */
  protected final InstanceResult hostile(String mode, Limits limits) {
    return run("hostile", Guests.spec("hostile"), limits, set("mode", Item.ofText("m", mode)));
  }

  /** Gives up everything bound to {@code guest}, which is prepared anew for its next run. */
  protected final void forget(String guest) {
    List<String> keys = new ArrayList<>(prepared.keySet());
    for (String key : keys) {
      if (key.startsWith(guest + "@")) {
        engine().domain().forget(Objects.requireNonNull(prepared.remove(key)));
      }
    }
  }

  /** That the engine still serves, and that nothing of the last run is left. */
  protected final void assertServing() {
    assertThat(succeeded(hostile("tables_good")).getFirst().items()).hasSize(1);
  }

  protected static DataSet set(String name, Item... items) {
    return new DataSet(name, List.of(items));
  }
}
