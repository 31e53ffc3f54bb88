package dev.pappus.bench;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import dev.pappus.model.Item;
import dev.pappus.model.Limits;
import dev.pappus.model.MonotonicClock;
import dev.pappus.model.ProblemException;
import dev.pappus.model.ProgramOptions;
import dev.pappus.sandbox.ComputeDriver;
import dev.pappus.sandbox.ComputeEngine;
import dev.pappus.sandbox.Context;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.InstanceResult;
import dev.pappus.sandbox.InstanceRunner;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.TemplateSlot;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Runs one program in one way, on an engine of its own. Belongs to the thread that made it. */
final class ProgramRunner implements AutoCloseable {
  static final String STDIO = "stdio";

  private static final long RUN_NANOS_MAX = 30_000_000_000L;

  private final ProgramWay way;
  private final FunctionSpec spec;
  private final List<DataSet> inputs;
  private final ComputeDriver driver;
  private final PreparedFunction[] prepared;
  private final Histogram times = new Histogram(Invoker.HIGHEST_NANOS, 3);
  private @Nullable ComputeEngine engine;
  private int turn;

  /**
   * Opens a driver.
   *
   * @param library the program's files, in memory
   * @param input what it finds on its standard input
   * @throws Unavailable if the host does not offer the sandbox, or it does not run the program
   */
  ProgramRunner(
      ProgramWay way, BenchProgram program, List<Item> library, Item input, Path guestBuild)
      throws IOException, Unavailable {
    this.way = way;
    inputs = List.of(new DataSet(STDIO, List.of(input)));
    spec = spec(program, library, way.template());
    // Two that take turns on one sandbox keep each other from staying bound.
    prepared = new PreparedFunction[way.start() == StartKind.BOUND ? 1 : 2];
    ComputeDriver opened = null;
    try (Arena arena = Arena.ofConfined();
        FileChannel file = FileChannel.open(program.binary(), StandardOpenOption.READ)) {
      MemorySegment binary = file.map(FileChannel.MapMode.READ_ONLY, 0, file.size(), arena);
      opened = way.sandbox().openForPrograms(guestBuild);
      for (int i = 0; i < prepared.length; i++) {
        prepared[i] = opened.prepare(binary, spec);
      }
      driver = opened;
      opened = null;
    } catch (ProblemException e) {
      throw Unavailable.of(e.problem());
    } finally {
      if (opened != null) {
        opened.close();
      }
    }
  }

  private static FunctionSpec spec(BenchProgram program, List<Item> library, boolean template) {
    List<InputSet> sets = new ArrayList<>(List.of(InputSet.dynamic(STDIO)));
    if (!library.isEmpty()) {
      sets.add(new InputSet("lib", library));
    }
    return new FunctionSpec("program", sets, List.of(STDIO), BenchFunction.CONTEXT_BYTES, List.of())
        .withProgram(new ProgramOptions(program.arguments(), template));
  }

  ProgramWay way() {
    return way;
  }

  /** How long runs took that started as they should, in nanoseconds. */
  Histogram times() {
    return times;
  }

  /**
   * Opens the engine, which the calling thread owns, and has the templates made.
   *
   * @param expected checksum of what the program prints
   * @throws Unavailable if there is no engine, or the program fails, or has no template
   */
  void open(long expected) throws Unavailable {
    try {
      engine = driver.openEngine(0);
    } catch (ProblemException e) {
      throw Unavailable.of(e.problem());
    }
    for (int i = 0; i < prepared.length; i++) {
      turn = i;
      InstanceResult result = run();
      if (result.problem() != null) {
        throw Unavailable.of(result.problem());
      }
      requireSame(expected, result);
      TemplateSlot slot = prepared[i].templateSlot();
      if (way.template() && (slot == null || slot.filled() == null)) {
        var why = slot == null ? null : slot.whyNot();
        throw why == null ? new Unavailable("no template was made") : Unavailable.of(why);
      }
    }
  }

  /**
   * One run, from acquiring a context to its wiped return.
   *
   * @param counts whether it is one of those that are measured
   */
  void round(long expected, boolean counts) {
    next();
    long began = System.nanoTime();
    InstanceResult result = run();
    long took = System.nanoTime() - began;
    requireSame(expected, result);
    Context.@Nullable Warmth warmth = result.warmth();
    boolean asMeant =
        warmth != null
            && warmth.bound() == (way.start() == StartKind.BOUND)
            && !warmth.freshSandbox();
    if (counts && asMeant) {
      times.recordValue(took);
    }
  }

  private void next() {
    turn = (turn + 1) % prepared.length;
  }

  private InstanceResult run() {
    return new InstanceRunner(
            Objects.requireNonNull(engine, "open() comes first"), MonotonicClock.SYSTEM)
        .run(prepared[turn], spec, inputs, Deadline.in(RUN_NANOS_MAX), Limits.DEFAULTS);
  }

  /** See {@link Invoker#idle}. */
  void idle() {
    Objects.requireNonNull(engine, "open() comes first").idle();
  }

  /** Processor time of a run with everything that serves it, for about {@code nanos}. */
  double cpuMicros(long nanos) throws IOException {
    double micros =
        ProcessorTime.micros(
            nanos,
            () -> {
              next();
              InstanceResult _ = run();
            });
    idle();
    return micros;
  }

  private static void requireSame(long expected, InstanceResult result) {
    long printed = 0;
    for (DataSet set : result.outputs()) {
      for (Item item : set.items()) {
        if (item.name().equals("stdout")) {
          printed = checksum(item.toBytes());
        }
      }
    }
    if (!result.succeeded() || printed != expected) {
      throw new IllegalStateException(
          "the sandbox computed something else than a process: " + result.problem());
    }
  }

  /** FNV-1a, as guest/native/launcher.c has it. */
  static long checksum(byte[] text) {
    long sum = 0xcbf29ce484222325L;
    for (byte each : text) {
      sum = (sum ^ (each & 0xFF)) * 0x100000001b3L;
    }
    return sum;
  }

  @Override
  public void close() {
    if (engine != null) {
      engine.close();
    }
    driver.close();
  }
}
