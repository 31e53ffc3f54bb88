package dev.pappus.bench;

import dev.pappus.model.DataSet;
import dev.pappus.model.Limits;
import dev.pappus.model.MonotonicClock;
import dev.pappus.sandbox.ComputeEngine;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.InstanceResult;
import dev.pappus.sandbox.InstanceRunner;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.kvm.KvmDriver;
import dev.pappus.sandbox.kvm.KvmSettings;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What faulting calls cost others: an engine serves a healthy function alone, and then every second
 * call is one of a function that faults. Both take turns in slices, against slow phases.
 */
public final class FaultsBench {
  private static final long SLICE_NANOS = 100_000_000L;
  private static final long RUN_NANOS_MAX = 10_000_000_000L;
  private static final String HEALTHY_ARGUMENT = "64";
  private static final double GOAL = 0.70;

  private final BenchFunction healthy;
  private final BenchFunction faulty;
  private final InstanceRunner runner;
  private final PreparedFunction healthyCode;
  private final PreparedFunction faultyCode;
  private final List<DataSet> healthyInput;
  private final List<DataSet> faultyInput;
  private long faults;
  private long refusals;

  /**
   * The figures.
   *
   * @param alone calls a second of the healthy function alone
   * @param mixed calls a second of the healthy function when every second call is a faulty one,
   *     which faults, or is refused at once because its function faults too often
   * @param faults calls that faulted
   * @param refusals calls that were refused
   */
  public record Result(double alone, double mixed, long faults, long refusals) {
    /** What is left of the healthy throughput. */
    public double share() {
      return mixed / alone;
    }

    /** Whether that is enough. */
    public boolean met() {
      return share() >= GOAL;
    }

    /** For people. */
    public String text() {
      return String.format(
          Locale.ROOT,
          "healthy calls/s alone: %.0f; when every second call is faulty: %.0f (%d faults, %d refused"
              + " by back-off)%n%s %.0f %% of the healthy throughput, goal at least %.0f%n",
          alone,
          mixed,
          faults,
          refusals,
          met() ? "met" : "MISSED",
          100 * share(),
          100 * GOAL);
    }
  }

  private FaultsBench(Path guestBuild, KvmDriver driver, ComputeEngine engine, Arena arena)
      throws IOException {
    healthy = BenchFunction.of(guestBuild, "matmul_n", "n", List.of("checksum"));
    faulty = BenchFunction.of(guestBuild, "hostile", "mode", List.of("result", "other"));
    runner = new InstanceRunner(engine, MonotonicClock.SYSTEM);
    healthyCode = driver.prepare(healthy.map(arena), BenchFunction.CONTEXT_BYTES);
    faultyCode = driver.prepare(faulty.map(arena), BenchFunction.CONTEXT_BYTES);
    healthyInput = healthy.input(HEALTHY_ARGUMENT);
    faultyInput = faulty.input("null_write");
  }

  /**
   * Measures for about {@code nanos}.
   *
   * @throws IOException if a guest program cannot be read
   * @throws IllegalStateException if a function does not behave as it should
   */
  public static Result run(Path guestBuild, long nanos) throws IOException {
    try (Arena arena = Arena.ofConfined();
        KvmDriver driver = new KvmDriver(KvmSettings.DEFAULTS);
        ComputeEngine engine = driver.openEngine(0)) {
      return new FaultsBench(guestBuild, driver, engine, arena).measure(nanos);
    }
  }

  private Result measure(long nanos) {
    slice(false);
    slice(true);
    faults = 0;
    refusals = 0;
    double alone = 0;
    double mixed = 0;
    int slices = Math.toIntExact(Math.max(1, nanos / (2 * SLICE_NANOS)));
    for (int i = 0; i < slices; i++) {
      alone += slice(false);
      mixed += slice(true);
    }
    return new Result(alone / slices, mixed / slices, faults, refusals);
  }

  /** Healthy calls a second. */
  private double slice(boolean withFaults) {
    long began = System.nanoTime();
    long calls = 0;
    while (System.nanoTime() - began < SLICE_NANOS) {
      callHealthy();
      calls++;
      if (withFaults) {
        callFaulty();
      }
    }
    return calls * 1e9 / (System.nanoTime() - began);
  }

  private void callHealthy() {
    InstanceResult result = run(healthyCode, healthy, healthyInput);
    if (!result.succeeded()) {
      throw new IllegalStateException("a healthy function failed: " + result.problem());
    }
  }

  private void callFaulty() {
    InstanceResult result = run(faultyCode, faulty, faultyInput);
    var problem = result.problem();
    if (problem == null) {
      throw new IllegalStateException("a write to address 16 did not fault");
    }
    switch (problem.code()) {
      case GUEST_FAULT -> faults++;
      case OVERLOADED -> refusals++;
      default -> throw new IllegalStateException("a fault became " + problem);
    }
  }

  private InstanceResult run(PreparedFunction code, BenchFunction function, List<DataSet> input) {
    return runner.run(code, function.spec(), input, Deadline.in(RUN_NANOS_MAX), Limits.DEFAULTS);
  }
}
