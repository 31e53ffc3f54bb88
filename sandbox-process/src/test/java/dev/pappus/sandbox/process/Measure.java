package dev.pappus.sandbox.process;

import dev.pappus.linux.Clocks;
import dev.pappus.linux.NativeFunction;
import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Item;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.MonotonicClock;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.Guests;
import dev.pappus.sandbox.InstanceResult;
import dev.pappus.sandbox.InstanceRunner;
import dev.pappus.sandbox.PreparedFunction;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Prints what the engine's parts cost: {@code java -cp … dev.pappus.sandbox.process.Measure
 * [rounds] [pin]}. CPU is that of the engine's thread, its zygote and its children together. For
 * work on the engine; claims come from {@code pappus bench sandbox}.
 */
public final class Measure {
  private static final int MATMUL = 128;

  private final int rounds;
  private final boolean pin;

  private Measure(int rounds, boolean pin) {
    this.rounds = rounds;
    this.pin = pin;
  }

  /** Measures. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 3000;
    new Measure(rounds, arguments.length > 1).all();
  }

  private void all() throws IOException, InterruptedException {
    System.out.printf(Locale.ROOT, "%d rounds, %s, µs%n", rounds, pin ? "pinned" : "not pinned");
    for (int pass = 0; pass < 2; pass++) {
      for (long bytes : new long[] {0, 4 << 10, 64 << 10, 1 << 20, 4 << 20, 8 << 20}) {
        bound("bound, touch " + (bytes >> 10) + " KiB", settings(), bytes);
      }
      ProcessSettings keepLittle =
          settings().withLimits(Limits.DEFAULTS.with(Limit.RESIDENT_BYTES, 0));
      bound("same, no more than 2 MiB kept", keepLittle, 8 << 20);
      bound("touch 64 KiB, a child for each run", settings().withChildrenStay(false), 64 << 10);
      alternating();
      fresh();
      hostile("fault", "null_write", Limits.DEFAULTS);
      hostile("good run of the same", "tables_good", Limits.DEFAULTS);
      hostile(
          "kill after 1 ms", "loop_forever", Limits.DEFAULTS.with(Limit.FUNCTION_RUN, 1_000_000));
      interleaved();
    }
  }

  private ProcessSettings settings() {
    return TestSettings.plain().withPinEngines(pin);
  }

  /** CPU of everything that serves an engine; of ended children in steps of 10 ms. */
  static long cpuNanos(ProcessEngine engine) {
    try {
      String stat = Files.readString(Path.of("/proc/self/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      long childrenTicks = Long.parseLong(fields[13]) + Long.parseLong(fields[14]);
      return Clocks.threadCpuNanos()
          + Clocks.processCpuNanos(engine.zygoteProcess())
          + childrenTicks * 10_000_000;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static void print(String what, long[] nanos, long cpuNanos) {
    Arrays.sort(nanos);
    System.out.printf(
        Locale.ROOT,
        "%-40s min %8.1f  p50 %8.1f  p99 %8.1f  cpu %8.1f%n",
        what,
        nanos[0] / 1e3,
        nanos[nanos.length / 2] / 1e3,
        nanos[nanos.length * 99 / 100] / 1e3,
        (double) cpuNanos / nanos.length / 1e3);
  }

  private static long timed(
      ProcessEngine engine, PreparedFunction function, FunctionSpec spec, String set, long value) {
    DataSet input = new DataSet(set, List.of(Item.ofText("", Long.toString(value))));
    long start = System.nanoTime();
    InstanceResult result =
        new InstanceRunner(engine, MonotonicClock.SYSTEM)
            .run(
                function,
                spec,
                List.of(input),
                Deadline.at(start + 10_000_000_000L),
                Limits.DEFAULTS);
    long end = System.nanoTime();
    if (!result.succeeded()) {
      throw new IllegalStateException(String.valueOf(result.problem()));
    }
    return end - start;
  }

  private void bound(String what, ProcessSettings settings, long bytes) {
    try (ProcessDriver driver = new ProcessDriver(settings);
        ProcessEngine engine = driver.openEngine(0)) {
      PreparedFunction function = driver.prepare(Guests.binary("touch"), Guests.CONTEXT_BYTES);
      FunctionSpec spec = Guests.spec("touch");
      long[] nanos = new long[rounds];
      timed(engine, function, spec, "bytes", bytes);
      long cpu = cpuNanos(engine);
      for (int i = 0; i < rounds; i++) {
        nanos[i] = timed(engine, function, spec, "bytes", bytes);
      }
      print(what, nanos, cpuNanos(engine) - cpu);
    }
  }

  /** Two functions in turn in one context. */
  private void alternating() {
    try (ProcessDriver driver = new ProcessDriver(settings().withSandboxesPerEngine(1));
        ProcessEngine engine = driver.openEngine(0)) {
      PreparedFunction[] functions = {
        driver.prepare(Guests.binary("touch"), Guests.CONTEXT_BYTES),
        driver.prepare(Guests.binary("touch"), Guests.CONTEXT_BYTES)
      };
      FunctionSpec spec = Guests.spec("touch");
      long[] nanos = new long[rounds];
      long cpu = cpuNanos(engine);
      for (int i = 0; i < rounds; i++) {
        nanos[i] = timed(engine, functions[i % 2], spec, "bytes", 64 << 10);
      }
      print("loaded, touch 64 KiB", nanos, cpuNanos(engine) - cpu);
    }
  }

  /** A new engine each time, zygote and context included. */
  private void fresh() {
    try (ProcessDriver driver = new ProcessDriver(settings())) {
      PreparedFunction function = driver.prepare(Guests.binary("touch"), Guests.CONTEXT_BYTES);
      FunctionSpec spec = Guests.spec("touch");
      long[] nanos = new long[rounds / 10];
      for (int i = 0; i < nanos.length; i++) {
        long start = System.nanoTime();
        try (ProcessEngine engine = driver.openEngine(0)) {
          long opened = System.nanoTime() - start;
          nanos[i] = opened + timed(engine, function, spec, "bytes", 64 << 10);
        }
      }
      print("new engine and its first run", nanos, 0);
    }
  }

  private void hostile(String what, String mode, Limits limits) {
    try (ProcessDriver driver = new ProcessDriver(settings());
        ProcessEngine engine = driver.openEngine(0)) {
      PreparedFunction function = driver.prepare(Guests.binary("hostile"), Guests.CONTEXT_BYTES);
      FunctionSpec spec = Guests.spec("hostile");
      DataSet input = new DataSet("mode", List.of(Item.ofText("", mode)));
      long[] nanos = new long[rounds / 10];
      long cpu = cpuNanos(engine);
      for (int i = 0; i < nanos.length; i++) {
        long start = System.nanoTime();
        InstanceResult _ =
            new InstanceRunner(engine, MonotonicClock.SYSTEM)
                .run(function, spec, List.of(input), Deadline.at(start + 10_000_000_000L), limits);
        nanos[i] = System.nanoTime() - start;
      }
      print(what, nanos, cpuNanos(engine) - cpu);
    }
  }

  /** The same multiplication natively, in the sandbox, and as a static program, in turn. */
  private void interleaved() throws IOException, InterruptedException {
    Process launcher =
        new ProcessBuilder(
                Guests.file("launcher").toString(),
                "exec",
                Guests.file("matmul_process").toString(),
                Integer.toString(MATMUL))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    long[] natively = new long[rounds];
    long[] sandboxed = new long[rounds];
    long[] started = new long[rounds];
    long startedCpu = 0;
    long nativeCpu = 0;
    long sandboxCpu;
    try (ProcessDriver driver = new ProcessDriver(settings());
        ProcessEngine engine = driver.openEngine(0);
        Arena arena = Arena.ofConfined();
        OutputStream go = launcher.getOutputStream();
        BufferedReader said = launcher.inputReader(StandardCharsets.UTF_8)) {
      NativeFunction work =
          NativeFunction.load(Guests.file("libpappus-native.so"), "pappus_native_matmul");
      long room = arena.allocate(3L * MATMUL * MATMUL * Long.BYTES, 4096).address();
      PreparedFunction function = driver.prepare(Guests.binary("matmul_n"), Guests.CONTEXT_BYTES);
      FunctionSpec spec = Guests.spec("matmul_n");
      timed(engine, function, spec, "n", MATMUL);
      long cpu = cpuNanos(engine);
      for (int i = 0; i < rounds; i++) {
        long cpuBefore = Clocks.threadCpuNanos();
        long start = System.nanoTime();
        long _ = work.call(MATMUL, room);
        natively[i] = System.nanoTime() - start;
        go.write('r');
        go.flush();
        String[] words = said.readLine().split(" ", -1);
        started[i] = Long.parseLong(words[2]);
        startedCpu += Long.parseLong(words[3]);
        nativeCpu += Clocks.threadCpuNanos() - cpuBefore;
        sandboxed[i] = timed(engine, function, spec, "n", MATMUL);
      }
      sandboxCpu = cpuNanos(engine) - cpu - nativeCpu;
    }
    launcher.waitFor();
    print("matmul 128, native call", natively, nativeCpu);
    print("matmul 128, process sandbox", sandboxed, sandboxCpu);
    print("matmul 128, fork+exec static glibc", started, startedCpu);
  }
}
