package dev.pappus.bench;

import dev.pappus.model.Limits;
import dev.pappus.model.MonotonicClock;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.ComputeDriver;
import dev.pappus.sandbox.ComputeEngine;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.InstanceResult;
import dev.pappus.sandbox.InstanceRunner;
import dev.pappus.sandbox.PreparedFunction;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/** What one sandbox of this platform occupies, by the growth that many cause. */
final class SandboxMemory {
  private static final int IDLE = 16;
  private static final int RUNNING = 8;
  private static final long RUN_NANOS_MAX = 10_000_000_000L;
  private static final long LOOK_NANOS = 10_000_000;
  private static final int LOOKS_ALIKE = 20;

  private final SandboxKind sandbox;
  private final Path guestBuild;
  private final Path scratch;
  private final MemoryGauge gauge;

  SandboxMemory(SandboxKind sandbox, Path guestBuild, Path scratch, MemoryGauge gauge) {
    this.sandbox = sandbox;
    this.guestBuild = guestBuild;
    this.scratch = scratch;
    this.gauge = sandbox == SandboxKind.WASM ? new MemoryGauge.JavaHeap() : gauge;
  }

  /** Medians of a few rounds, of which the first only makes the JVM touch its own memory. */
  SandboxRow.Memory measure(int rounds) throws IOException, Unavailable {
    double[] idle = new double[rounds];
    double[] running = new double[rounds];
    BenchFunction work = BenchFunction.of(guestBuild, sandbox, BenchCase.MATMUL_128);
    BenchFunction hold = BenchFunction.of(guestBuild, sandbox, BenchCase.HOLD);
    try {
      for (int i = -1; i < rounds; i++) {
        idle[Math.max(0, i)] = idleKib(work);
        running[Math.max(0, i)] = runningKib(hold);
      }
    } catch (ProblemException e) {
      throw Unavailable.of(e.problem());
    }
    Arrays.sort(idle);
    Arrays.sort(running);
    return new SandboxRow.Memory(
        OptionalDouble.of(idle[rounds / 2]), OptionalDouble.of(running[rounds / 2]), gauge.from());
  }

  /** More sandboxes on an engine that has one, each bound to a function that has run in it. */
  private double idleKib(BenchFunction function) throws IOException {
    try (Arena arena = Arena.ofConfined();
        ComputeDriver driver = sandbox.open(guestBuild, scratch, IDLE + 1, 0);
        ComputeEngine engine = driver.openEngine(0)) {
      List<PreparedFunction> bound = new ArrayList<>();
      bound.add(driver.prepare(function.map(arena), BenchFunction.CONTEXT_BYTES));
      long _ =
          NativeWork.checksum(run(engine, bound.getFirst(), function, Deadline.in(RUN_NANOS_MAX)));
      long before = gauge.bytes();
      for (int i = 0; i < IDLE; i++) {
        bound.add(driver.prepare(function.map(arena), BenchFunction.CONTEXT_BYTES));
        long _ =
            NativeWork.checksum(run(engine, bound.getLast(), function, Deadline.in(RUN_NANOS_MAX)));
      }
      engine.idle();
      double grown = gauge.bytes() - before;
      // A wasm function that nobody holds is forgotten: the list must live until here.
      return grown / 1024 / (bound.size() - 1);
    }
  }

  /** A run that goes on until it is cancelled. */
  private record Held(ComputeEngine engine, Deadline deadline) {
    void cancel() {
      deadline.cancel();
      engine.nudge();
    }
  }

  /** Engines on threads of their own, each of which runs a function until it is cancelled. */
  private double runningKib(BenchFunction function) throws IOException {
    try (Arena arena = Arena.ofConfined();
        ComputeDriver driver = sandbox.open(guestBuild, scratch, 1, 0);
        ExecutorService threads = Executors.newFixedThreadPool(RUNNING)) {
      PreparedFunction code = driver.prepare(function.map(arena), BenchFunction.CONTEXT_BYTES);
      Queue<Held> held = new ConcurrentLinkedQueue<>();
      long before = gauge.bytes();
      List<Future<InstanceResult>> runs = new ArrayList<>();
      for (int i = 0; i < RUNNING; i++) {
        int index = i;
        runs.add(
            threads.submit(() -> {
              try (ComputeEngine engine = driver.openEngine(index)) {
                Deadline deadline = Deadline.in(RUN_NANOS_MAX);
                held.add(new Held(engine, deadline));
                return run(engine, code, function, deadline);
              }
            }));
      }
      double grown = settled(held, runs) - before;
      held.forEach(Held::cancel);
      for (Future<InstanceResult> run : runs) {
        Problem problem = await(run).problem();
        if (problem == null || problem.code() != ProblemCode.CANCELLED) {
          throw new IllegalStateException("a function did not run on: " + problem);
        }
      }
      return grown / 1024 / RUNNING;
    }
  }

  /** What is read when all run and it has not grown for a while, or one has ended too early. */
  private long settled(Queue<Held> held, List<Future<InstanceResult>> runs) throws IOException {
    long most = 0;
    int same = 0;
    while (same < LOOKS_ALIKE && runs.stream().noneMatch(Future::isDone)) {
      long now = gauge.bytes();
      same = now > most || held.size() < RUNNING ? 0 : same + 1;
      most = Math.max(most, now);
      LockSupport.parkNanos(LOOK_NANOS);
    }
    return most;
  }

  private static InstanceResult await(Future<InstanceResult> run) {
    try {
      return run.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ProblemException problem) {
        throw problem;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static InstanceResult run(
      ComputeEngine engine, PreparedFunction code, BenchFunction function, Deadline deadline) {
    return new InstanceRunner(engine, MonotonicClock.SYSTEM)
        .run(
            code,
            function.spec(),
            function.input(Long.toString(BenchCase.MATMUL_128.argument())),
            deadline,
            Limits.DEFAULTS);
  }
}
