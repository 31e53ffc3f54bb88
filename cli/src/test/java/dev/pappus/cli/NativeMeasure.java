package dev.pappus.cli;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Limits;
import dev.pappus.model.MonotonicClock;
import dev.pappus.sandbox.ComputeEngine;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.Guests;
import dev.pappus.sandbox.InstanceResult;
import dev.pappus.sandbox.InstanceRunner;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.kvm.KvmDriver;
import dev.pappus.sandbox.kvm.KvmSettings;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Prints what checking bounds costs: the same C function as native code, and as WebAssembly module
 * built to native code with either kind of checks, in turn on one KVM engine; then what growing a
 * memory costs. {@code java -cp … dev.pappus.cli.NativeMeasure [rounds]}; docs/performance.md.
 */
public final class NativeMeasure {
  private static final List<String> FLAGS = List.of("--flag=-O3", "--flag=-march=x86-64-v3");
  private static final long CONTEXT_BYTES = 128 << 20;
  private static final int GROWTHS = 100;

  /** Initial memory of modules that need not grow. */
  private static final int ROOMY_BYTES = 16 << 20;

  private final int rounds;

  private NativeMeasure(int rounds) {
    this.rounds = rounds;
  }

  /** Measures. */
  public static void main(String[] arguments) {
    NativeMeasure measure =
        new NativeMeasure(arguments.length > 0 ? Integer.parseInt(arguments[0]) : 300);
    System.out.println("guest run, µs: min / median; ratio of medians to native");
    measure.compare("matmul 128", "matmul_n", item("n", "128"));
    measure.compare("scatter 200000", "scatter", item("count", "200000"));
    measure.compare("touch 8 MiB", "touch", item("bytes", Integer.toString(8 << 20)));
    measure.compare("count_lines 1 MiB", "count_lines", log(), item("pattern", "needle"));
    measure.growth();
  }

  private static DataSet item(String set, String text) {
    return new DataSet(set, List.of(Item.ofText("", text)));
  }

  private static DataSet log() {
    byte[] bytes = new byte[1 << 20];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i % 80 == 79 ? '\n' : 'a' + i % 23);
    }
    return new DataSet("log", List.of(Item.of("log", Key.ZERO, bytes)));
  }

  private void compare(String what, String guest, DataSet... inputs) {
    Path growing = Guests.file(guest + ".wasm");
    Path roomy = NativeModules.compileGuest(guest, "-Wl,--initial-memory=" + ROOMY_BYTES);
    List<MemorySegment> binaries =
        List.of(
            Guests.binary(guest),
            build(roomy, WasmCompiler.Checks.EXPLICIT),
            build(roomy, WasmCompiler.Checks.HARDWARE),
            build(growing, WasmCompiler.Checks.EXPLICIT),
            build(growing, WasmCompiler.Checks.HARDWARE));
    long[][] nanos = interleaved(binaries, Guests.spec(guest), inputs);
    print(
        what,
        List.of("native", "explicit", "hardware", "explicit, grows", "hardware, grows"),
        nanos);
  }

  private static MemorySegment build(Path module, WasmCompiler.Checks checks) {
    return MemorySegment.ofArray(NativeModules.build(module, checks, FLAGS));
  }

  /**
   * A module that grows by a page a hundred times, or by a hundred pages at once, or not at all.
   */
  private void growth() {
    List<MemorySegment> binaries = new ArrayList<>();
    for (int[] growth : new int[][] {{0, 0}, {1, GROWTHS}, {GROWTHS, 1}}) {
      String text =
          """
          (module (memory (export "memory") 1)
            (func (export "_start") (local $left i32)
              (local.set $left (i32.const %d))
              (loop $more
                (if (local.get $left) (then
                  (drop (memory.grow (i32.const %d)))
                  (local.set $left (i32.sub (local.get $left) (i32.const 1)))
                  (br $more))))))
          """
              .formatted(growth[1], growth[0]);
      Path module = NativeModules.assemble(text);
      binaries.add(build(module, WasmCompiler.Checks.EXPLICIT));
      binaries.add(build(module, WasmCompiler.Checks.HARDWARE));
    }
    FunctionSpec spec = Guests.spec("grow", List.of(), List.of(), CONTEXT_BYTES);
    print(
        "memory.grow",
        List.of(
            "explicit, none",
            "hardware, none",
            "explicit, 100 x 1",
            "hardware, 100 x 1",
            "explicit, 1 x 100",
            "hardware, 1 x 100"),
        interleaved(binaries, spec));
  }

  private long[][] interleaved(List<MemorySegment> binaries, FunctionSpec spec, DataSet... inputs) {
    long[][] nanos = new long[binaries.size()][rounds];
    try (KvmDriver driver = new KvmDriver(KvmSettings.DEFAULTS);
        ComputeEngine engine = driver.openEngine(0)) {
      List<PreparedFunction> functions =
          binaries.stream().map(binary -> driver.prepare(binary, CONTEXT_BYTES)).toList();
      InstanceRunner runner = new InstanceRunner(engine, MonotonicClock.SYSTEM);
      for (int round = -10; round < rounds; round++) {
        for (int i = 0; i < nanos.length; i++) {
          InstanceResult result =
              runner.run(
                  functions.get(i),
                  spec,
                  List.of(inputs),
                  Deadline.in(10_000_000_000L),
                  Limits.DEFAULTS);
          if (result.problem() != null) {
            throw new IllegalStateException(result.problem().toString());
          }
          if (round >= 0) {
            nanos[i][round] = result.runNanos();
          }
        }
      }
    }
    return nanos;
  }

  private static void print(String what, List<String> names, long[][] nanos) {
    System.out.println(what);
    double first = 0;
    for (int i = 0; i < nanos.length; i++) {
      Arrays.sort(nanos[i]);
      double median = nanos[i][nanos[i].length / 2] / 1e3;
      first = i == 0 ? median : first;
      System.out.printf(
          Locale.ROOT,
          "  %-18s %9.1f / %9.1f  %5.2f%n",
          names.get(i),
          nanos[i][0] / 1e3,
          median,
          median / first);
    }
  }
}
