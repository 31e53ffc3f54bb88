package dev.pappus.cli;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Limits;
import dev.pappus.model.MonotonicClock;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.sandbox.ComputeDriver;
import dev.pappus.sandbox.ComputeEngine;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.FaultBackoff;
import dev.pappus.sandbox.Guests;
import dev.pappus.sandbox.InstanceResult;
import dev.pappus.sandbox.InstanceRunner;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.kvm.EntryVariant;
import dev.pappus.sandbox.kvm.KvmDriver;
import dev.pappus.sandbox.kvm.KvmSettings;
import dev.pappus.sandbox.process.ProcessDriver;
import dev.pappus.sandbox.process.ProcessSettings;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;

/** Runs native code of WebAssembly modules in one sandbox, and says in a word how it ended. */
final class NativeRun implements AutoCloseable {
  private final ComputeDriver driver;
  private final ComputeEngine engine;
  private final WasmCompiler.Checks checks;

  private NativeRun(ComputeDriver driver, WasmCompiler.Checks checks) {
    this.driver = driver;
    this.engine = driver.openEngine(0);
    this.checks = checks;
  }

  /** On KVM, with one machine. */
  static NativeRun onKvm(EntryVariant variant, WasmCompiler.Checks checks) {
    KvmSettings settings =
        KvmSettings.DEFAULTS
            .withVariant(variant)
            .withWarmBlanks(0)
            .withSandboxesPerEngine(1)
            .withBackoff(new FaultBackoff.Settings(1_000_000, 1, 1));
    return new NativeRun(new KvmDriver(settings), checks);
  }

  /** In a process, where the code checks its bounds itself. */
  static NativeRun inProcess() {
    return on(processes());
  }

  /** The process sandbox, for functions that fault again and again. */
  static ComputeDriver processes() {
    return new ProcessDriver(
        ProcessSettings.of(CommandRun.GUEST_BUILD)
            .withBackoff(new FaultBackoff.Settings(1_000_000, 1, 1)));
  }

  /** In another sandbox, where the code checks its bounds itself. */
  static NativeRun on(ComputeDriver driver) {
    return new NativeRun(driver, WasmCompiler.Checks.EXPLICIT);
  }

  WasmCompiler.Checks checks() {
    return checks;
  }

  PreparedFunction prepare(MemorySegment binary, long contextBytes) {
    return driver.prepare(binary, contextBytes);
  }

  InstanceResult run(
      PreparedFunction function, List<String> inputs, List<String> outputs, DataSet... sets) {
    FunctionSpec spec = Guests.spec("module", inputs, outputs, function.contextBytes());
    return new InstanceRunner(engine, MonotonicClock.SYSTEM)
        .run(function, spec, List.of(sets), Deadline.in(10_000_000_000L), Limits.DEFAULTS);
  }

  /** How a command without sets ended: {@code exit N}, or what stands in the problem. */
  String outcome(PreparedFunction function) {
    return outcome(run(function, List.of(), List.of()));
  }

  static String outcome(InstanceResult result) {
    Problem problem = result.problem();
    if (problem == null) {
      return "exit 0";
    }
    return problem.code() == ProblemCode.GUEST_EXIT
        ? "exit " + Objects.requireNonNull(problem.guest()).exitCode()
        : problem.detail();
  }

  @Override
  public void close() {
    engine.idle();
    engine.close();
    driver.close();
  }
}
