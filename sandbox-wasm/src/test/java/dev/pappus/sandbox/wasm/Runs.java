package dev.pappus.sandbox.wasm;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Limits;
import dev.pappus.model.MonotonicClock;
import dev.pappus.sandbox.ComputeEngine;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.Guests;
import dev.pappus.sandbox.InstanceResult;
import dev.pappus.sandbox.InstanceRunner;
import dev.pappus.sandbox.PreparedFunction;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A driver and an engine, and runs of modules on them. Belongs to the thread that made it. */
final class Runs implements AutoCloseable {
  private final WasmDriver driver;
  private final ComputeEngine engine;
  private Limits limits = Limits.DEFAULTS;

  Runs() {
    this(TestSettings.SETTINGS);
  }

  Runs(WasmSettings settings) {
    driver = new WasmDriver(settings);
    engine = driver.openEngine(0);
  }

  WasmDriver driver() {
    return driver;
  }

  ComputeEngine engine() {
    return engine;
  }

  Runs with(Limits newLimits) {
    limits = newLimits;
    return this;
  }

  InstanceResult run(MemorySegment module) {
    return run(driver.prepare(module, Guests.CONTEXT_BYTES), List.of(), List.of());
  }

  InstanceResult run(
      PreparedFunction function, List<String> inputs, List<String> outputs, DataSet... sets) {
    return run(function, inputs, outputs, Deadline.in(TimeUnit.MINUTES.toNanos(1)), sets);
  }

  InstanceResult run(
      PreparedFunction function,
      List<String> inputs,
      List<String> outputs,
      Deadline deadline,
      DataSet... sets) {
    FunctionSpec spec = Guests.spec("f", inputs, outputs, function.contextBytes());
    return new InstanceRunner(engine, MonotonicClock.SYSTEM)
        .run(function, spec, List.of(sets), deadline, limits);
  }

  @Override
  public void close() {
    engine.close();
    driver.close();
  }
}
