package dev.pappus.bench;

import dev.pappus.model.DataSet;
import dev.pappus.model.Limits;
import dev.pappus.model.MonotonicClock;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.ComputeDriver;
import dev.pappus.sandbox.ComputeEngine;
import dev.pappus.sandbox.Context;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.InstanceResult;
import dev.pappus.sandbox.InstanceRunner;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.RunOutcome;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
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

  private final SandboxKind sandbox;
  private final StartKind start;
  private final BenchFunction function;
  private final List<DataSet> input;
  private final Arena arena = Arena.ofConfined();
  private final ComputeDriver driver;
  private final PreparedFunction[] prepared = new PreparedFunction[2];
  private final Histogram times = new Histogram(HIGHEST_NANOS, 3);
  private final Histogram nativeTimes = new Histogram(HIGHEST_NANOS, 3);
  private @Nullable ComputeEngine engine;
  private int turn;

  /**
   * Opens a driver.
   *
   * @throws Unavailable if the host does not offer the sandbox, or the function is not built for it
   */
  Invoker(SandboxKind sandbox, StartKind start, BenchCase work, Path guestBuild, Path scratch)
      throws IOException, Unavailable {
    this.sandbox = sandbox;
    this.start = start;
    function = BenchFunction.of(guestBuild, sandbox, work);
    input = function.input(Long.toString(work.argument()));
    boolean blank = start == StartKind.LOADED_BLANK;
    ComputeDriver opened = null;
    try {
      opened = sandbox.open(guestBuild, scratch, blank ? SANDBOXES : 1, blank ? WARM_BLANKS : 0);
      for (int i = 0; i < prepared.length; i++) {
        prepared[i] = opened.prepare(function.map(arena), BenchFunction.CONTEXT_BYTES);
      }
      driver = opened;
      opened = null;
    } catch (ProblemException e) {
      throw Unavailable.of(e.problem());
    } finally {
      if (opened != null) {
        opened.close();
        arena.close();
      }
    }
  }

  /** Opens the engine; the calling thread owns it. */
  void open() throws Unavailable {
    try {
      engine = driver.openEngine(0);
    } catch (ProblemException e) {
      throw Unavailable.of(e.problem());
    }
  }

  private ComputeEngine engine() {
    return Objects.requireNonNull(engine, "open() comes first");
  }

  StartKind start() {
    return start;
  }

  /** How long invocations took that started as they should, in nanoseconds. */
  Histogram times() {
    return times;
  }

  /** How long the native runs took that it took turns with, in nanoseconds. */
  Histogram nativeTimes() {
    return nativeTimes;
  }

  ComputeDriver driver() {
    return driver;
  }

  /** Gets ready for an invocation, off the clock: the pool may be refilled meanwhile. */
  void prepareNext() throws IOException {
    switch (start) {
      case BOUND -> turn = 0;
      case LOADED -> {
        turn = 1 - turn;
        if (sandbox.keepsAllBound()) {
          engine().domain().forget(prepared[turn]);
        }
      }
      case FILE -> turn = 1 - turn;
      case LOADED_BLANK -> {
        engine().domain().forget(prepared[0]);
        prepared[0] = driver.prepare(function.map(arena), BenchFunction.CONTEXT_BYTES);
      }
    }
  }

  /** Lets the background thread make blank sandboxes. */
  void rest() {
    if (start == StartKind.LOADED_BLANK) {
      LockSupport.parkNanos(REST_NANOS);
    }
  }

  /**
   * To be called after a slice: else the timer of this engine would strike seconds later, and
   * interrupt whichever other engine its thread serves then.
   */
  void idle() {
    engine().idle();
  }

  /** One invocation, from acquiring a context to its wiped return. */
  InstanceResult invoke() throws IOException {
    if (start == StartKind.FILE) {
      try (Arena file = Arena.ofConfined()) {
        prepared[turn] = driver.prepare(function.map(file), BenchFunction.CONTEXT_BYTES);
      }
    }
    return run(engine());
  }

  private InstanceResult run(ComputeEngine on) {
    return new InstanceRunner(on, MonotonicClock.SYSTEM)
        .run(
            prepared[turn],
            function.spec(),
            input,
            Deadline.in(INVOCATION_NANOS_MAX),
            Limits.DEFAULTS);
  }

  /** Processor time of an invocation with everything that serves it, for about {@code nanos}. */
  double cpuMicros(long nanos) throws IOException {
    double micros =
        ProcessorTime.micros(
            nanos,
            () -> {
              prepareNext();
              InstanceResult _ = invoke();
            });
    idle();
    return micros;
  }

  /** Nanoseconds that an engine takes to come up and to have run the function once. */
  long createNanos() {
    long began = System.nanoTime();
    try (ComputeEngine fresh = driver.openEngine(0)) {
      InstanceResult result = run(fresh);
      long took = System.nanoTime() - began;
      NativeWork.checksum(result);
      return took;
    }
  }

  /** One invocation by hand: nanoseconds that its context takes to become clean and free. */
  long resetNanos() {
    long began;
    try (Context context = engine().domain().acquire(prepared[turn])) {
      context.write(input, function.spec().outputs());
      RunOutcome outcome = engine().run(context, Deadline.in(INVOCATION_NANOS_MAX));
      if (!(outcome instanceof RunOutcome.Exited(int code)) || code != 0) {
        throw new IllegalStateException("a benchmark function failed: " + outcome);
      }
      List<DataSet> _ = context.readOutputs(Limits.DEFAULTS);
      began = System.nanoTime();
    }
    return System.nanoTime() - began;
  }

  /** Whether an invocation started as it should have; others are not counted. */
  boolean startedAsMeant(InstanceResult result) {
    Context.@Nullable Warmth warmth = result.warmth();
    return warmth != null && warmth.bound() == (start == StartKind.BOUND) && !warmth.freshSandbox();
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
