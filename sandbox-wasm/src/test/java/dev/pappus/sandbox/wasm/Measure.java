package dev.pappus.sandbox.wasm;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.pappus.linux.NativeFunction;
import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.Guests;
import dev.pappus.sandbox.InstanceResult;
import dev.pappus.sandbox.PreparedFunction;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Prints what runs of WebAssembly cost, beside native code of the same source in the same process:
 * {@code java -cp … dev.pappus.sandbox.wasm.Measure [rounds]}, with {@code -Dpappus.guest.build}.
 */
public final class Measure {
  private final int rounds;

  private Measure(int rounds) {
    this.rounds = rounds;
  }

  /** Measures. */
  public static void main(String[] arguments) throws IOException {
    new Measure(arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1000).all();
  }

  private void all() throws IOException {
    System.out.printf(Locale.ROOT, "%d rounds, µs%n", rounds);
    for (int pass = 0; pass < 2; pass++) {
      matmul();
      function("basic", rounds);
      function(
          "echo",
          rounds,
          Wasi.set("data", Item.of("x", dev.pappus.model.Key.ZERO, new byte[65536])));
      function("count_lines", rounds / 4, log(), Wasi.set("pattern", Item.ofText("p", "error")));
      deadlines();
      faults();
    }
    preparing();
  }

  private static void print(String what, long[] nanos) {
    Arrays.sort(nanos);
    System.out.printf(
        Locale.ROOT,
        "%-44s p10 %9.1f  p50 %9.1f  p99 %9.1f%n",
        what,
        nanos[nanos.length / 10] / 1e3,
        nanos[nanos.length / 2] / 1e3,
        nanos[nanos.length * 99 / 100] / 1e3);
  }

  /** Native and WebAssembly in turn; of both the second half counts. */
  private void matmul() {
    NativeFunction nativeMatmul =
        NativeFunction.load(Guests.file("libpappus-native.so"), "pappus_native_matmul");
    int n = 128;
    long[] nativeNanos = new long[rounds / 2];
    long[] wasmNanos = new long[rounds / 2];
    long[] guestNanos = new long[rounds / 2];
    try (Runs runs = new Runs();
        Arena arena = Arena.ofConfined()) {
      long room = arena.allocate(3L * n * n * Long.BYTES, 64).address();
      PreparedFunction function =
          runs.driver().prepare(WasmGuests.binary("matmul_n"), Guests.CONTEXT_BYTES);
      DataSet input = Wasi.set("n", Item.ofText("n", Integer.toString(n)));
      for (int i = 0; i < rounds; i++) {
        int at = Math.max(0, i - rounds / 2 - rounds % 2);
        long start = System.nanoTime();
        long expected = nativeMatmul.call(n, room);
        nativeNanos[at] = System.nanoTime() - start;
        start = System.nanoTime();
        InstanceResult result = runs.run(function, List.of("n"), List.of("checksum"), input);
        wasmNanos[at] = System.nanoTime() - start;
        guestNanos[at] = result.runNanos();
        MemorySegment checksum = result.outputs().getFirst().items().getFirst().data();
        if (checksum.get(JAVA_LONG.withByteAlignment(1), 0) != expected) {
          throw new IllegalStateException("another checksum than native code");
        }
      }
    }
    print("matmul 128, native (gcc -O3, x86-64-v3)", nativeNanos);
    print("matmul 128, whole instance", wasmNanos);
    print("  of which instantiated and run", guestNanos);
  }

  private static DataSet log() throws IOException {
    byte[] line =
        "2026-01-01 00:00:00 something happened, no error at all here\n"
            .getBytes(java.nio.charset.StandardCharsets.UTF_8);
    byte[] log = new byte[1 << 20];
    for (int i = 0; i < log.length; i++) {
      log[i] = line[i % line.length];
    }
    return Wasi.set("log", Item.of("log", dev.pappus.model.Key.ZERO, log));
  }

  private void function(String guest, int count, DataSet... inputs) {
    try (Runs runs = new Runs()) {
      PreparedFunction function =
          runs.driver().prepare(WasmGuests.binary(guest), Guests.CONTEXT_BYTES);
      List<String> names = Arrays.stream(inputs).map(DataSet::name).toList();
      long[] nanos = new long[count / 2];
      for (int i = 0; i < count; i++) {
        long start = System.nanoTime();
        InstanceResult result = runs.run(function, names, Guests.spec(guest).outputs(), inputs);
        nanos[Math.max(0, i - count / 2 - count % 2)] = System.nanoTime() - start;
        if (!result.succeeded()) {
          throw new IllegalStateException(String.valueOf(result.problem()));
        }
      }
      print(guest + ", whole instance", nanos);
    }
  }

  private void deadlines() {
    try (Runs runs = new Runs()) {
      PreparedFunction loop =
          runs.driver()
              .prepare(
                  ModuleBuilder.command(0x03, 0x40, 0x0C, 0, ModuleBuilder.END).build(),
                  Guests.CONTEXT_BYTES);
      long[] nanos = new long[100];
      for (int i = 0; i < nanos.length; i++) {
        Deadline deadline = Deadline.in(10_000_000);
        runs.run(loop, List.of(), List.of(), deadline);
        nanos[i] = System.nanoTime() - deadline.nanos();
      }
      print("endless loop, end after its deadline", nanos);
    }
  }

  private void faults() {
    try (Runs runs = new Runs()) {
      PreparedFunction trap =
          runs.driver().prepare(ModuleBuilder.command(0x00).build(), Guests.CONTEXT_BYTES);
      long[] nanos = new long[rounds / 2];
      for (int i = 0; i < rounds; i++) {
        long start = System.nanoTime();
        runs.run(trap, List.of(), List.of());
        nanos[Math.max(0, i - rounds / 2 - rounds % 2)] = System.nanoTime() - start;
      }
      print("trap, whole instance", nanos);
    }
  }

  private void preparing() throws IOException {
    Path folder = Files.createTempDirectory("measure");
    WasmSettings cached = TestSettings.SETTINGS.withCache(folder, 1 << 26);
    long[] without = new long[20];
    long[] with = new long[20];
    for (int i = 0; i < without.length; i++) {
      without[i] = prepare(TestSettings.SETTINGS);
      with[i] = prepare(cached);
    }
    print("prepare count_lines, compiled", without);
    print("prepare count_lines, from the cache", with);
    try (java.util.stream.Stream<Path> files = Files.walk(folder)) {
      for (Path each : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  private static long prepare(WasmSettings settings) {
    try (WasmDriver driver = new WasmDriver(settings)) {
      long start = System.nanoTime();
      driver.prepare(WasmGuests.binary("count_lines"), Guests.CONTEXT_BYTES);
      return System.nanoTime() - start;
    }
  }
}
