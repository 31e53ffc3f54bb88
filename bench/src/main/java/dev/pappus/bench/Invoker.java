package dev.pappus.bench;

import dev.pappus.model.DataSet;
import dev.pappus.model.Limits;
import dev.pappus.model.MonotonicClock;
import dev.pappus.sandbox.ComputeEngine;
import dev.pappus.sandbox.Context;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.InstanceResult;
import dev.pappus.sandbox.InstanceRunner;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.kvm.EntryVariant;
import dev.pappus.sandbox.kvm.KvmDriver;
import dev.pappus.sandbox.kvm.KvmSettings;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Invokes one function with one start level, on an engine of its own. Belongs to the thread that
 * made it.
 */
final class Invoker implements AutoCloseable {
  /** Range of histograms. */
  static final long HIGHEST_NANOS = 60_000_000_000L;

  private static final long INVOCATION_NANOS_MAX = 10_000_000_000L;
  private static final int WARM_BLANKS = 4;
  private static final long REST_NANOS = 500_000;
  private static final int SANDBOXES = 16;

  private final StartKind kind;
  private final BenchFunction function;
  private final List<DataSet> input;
  private final Arena arena = Arena.ofConfined();
  private final KvmDriver driver;
  private final PreparedFunction[] prepared = new PreparedFunction[2];
  private final Histogram times = new Histogram(HIGHEST_NANOS, 3);
  private final Histogram nativeTimes = new Histogram(HIGHEST_NANOS, 3);
  private @Nullable ComputeEngine engine;
  private int turn;

  /** Opens a driver. */
  Invoker(StartKind kind, BenchFunction function, String argument, EntryVariant variant)
      throws IOException {
    this.kind = kind;
    this.function = function;
    this.input = function.input(argument);
    boolean blank = kind == StartKind.LOADED_BLANK;
    driver =
        new KvmDriver(
            KvmSettings.DEFAULTS
                .withVariant(variant)
                .withSandboxesPerEngine(blank ? SANDBOXES : 1)
                .withWarmBlanks(blank ? WARM_BLANKS : 0));
    for (int i = 0; i < prepared.length; i++) {
      prepared[i] = driver.prepare(function.map(arena), BenchFunction.CONTEXT_BYTES);
    }
  }

  /** Opens the engine on the calling thread, which it pins. */
  void open() {
    engine = driver.openEngine(0);
  }

  private ComputeEngine engine() {
    return Objects.requireNonNull(engine, "open() comes first");
  }

  StartKind kind() {
    return kind;
  }

  /** How long invocations took that started as they should, in nanoseconds. */
  Histogram times() {
    return times;
  }

  /** How long the native runs took that it took turns with, in nanoseconds. */
  Histogram nativeTimes() {
    return nativeTimes;
  }

  /** Round trip into the smallest guest, as the driver's self-test measured it. */
  double floorMicros() {
    return driver.selfTest().roundTripNanos() / 1000.0;
  }

  /** Gets ready for an invocation, off the clock: the pool may be refilled meanwhile. */
  void prepareNext() throws IOException {
    switch (kind) {
      case BOUND -> turn = 0;
      case LOADED, FILE -> turn = 1 - turn;
      case LOADED_BLANK -> {
        engine().domain().forget(prepared[0]);
        prepared[0] = driver.prepare(function.map(arena), BenchFunction.CONTEXT_BYTES);
      }
    }
  }

  /** Lets the background thread make blank sandboxes. */
  void rest() {
    if (kind == StartKind.LOADED_BLANK) {
      LockSupport.parkNanos(REST_NANOS);
    }
  }

  /** One invocation, from acquiring a context to its wiped return. */
  InstanceResult invoke() throws IOException {
    if (kind == StartKind.FILE) {
      try (Arena file = Arena.ofConfined()) {
        prepared[turn] = driver.prepare(function.map(file), BenchFunction.CONTEXT_BYTES);
      }
    }
    return new InstanceRunner(engine(), MonotonicClock.SYSTEM)
        .run(
            prepared[turn],
            function.spec(),
            input,
            Deadline.in(INVOCATION_NANOS_MAX),
            Limits.DEFAULTS);
  }

  /** Whether an invocation started as it should have; others are not counted. */
  boolean startedAsMeant(InstanceResult result) {
    Context.@Nullable Warmth warmth = result.warmth();
    return warmth != null && warmth.bound() == (kind == StartKind.BOUND) && !warmth.freshSandbox();
  }

  @Override
  public void close() {
    if (engine != null) {
      engine.close();
    }
    driver.close();
    arena.close();
  }
}
