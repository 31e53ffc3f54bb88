package dev.pappus.sandbox.kvm;

import dev.pappus.linux.Clocks;
import dev.pappus.linux.KvmSystem;
import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.Item;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.MonotonicClock;
import dev.pappus.sandbox.ComputeEngine;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.FaultBackoff;
import dev.pappus.sandbox.Guests;
import dev.pappus.sandbox.InstanceResult;
import dev.pappus.sandbox.InstanceRunner;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.ResidentBudget;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Prints what the engine's parts cost: {@code java -cp … dev.pappus.sandbox.kvm.Measure
 * [no-idt|idt] [rounds]}. For work on the engine; claims come from {@code pappus bench sandbox}.
 */
public final class Measure {
  private final EntryVariant variant;
  private final int rounds;

  private Measure(EntryVariant variant, int rounds) {
    this.variant = variant;
    this.rounds = rounds;
  }

  /** Measures in one variant. */
  public static void main(String[] arguments) {
    EntryVariant variant =
        arguments.length > 0 && arguments[0].equals("idt") ? EntryVariant.IDT : EntryVariant.NO_IDT;
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3000;
    new Measure(variant, rounds).all();
  }

  private void all() {
    System.out.printf(Locale.ROOT, "%s, %d rounds, µs%n", variant.text(), rounds);
    for (int pass = 0; pass < 2; pass++) {
      floor();
      for (long bytes : new long[] {0, 4 << 10, 64 << 10, 1 << 20, 4 << 20, 8 << 20}) {
        bound("bound, touch " + (bytes >> 10) + " KiB", settings(), "touch", "bytes", bytes);
      }
      KvmSettings keepNothing =
          settings().withLimits(Limits.DEFAULTS.with(Limit.RESIDENT_BYTES, 0));
      bound("same, no chunk kept", keepNothing, "touch", "bytes", 8 << 20);
      bound("bound, matmul 128", settings(), "matmul_n", "n", 128);
      alternating("loaded, known tables, touch 64 KiB", 1);
      alternating("loaded, new tables, touch 64 KiB", 400);
      blank("loaded, machine from the pool, 64 KiB", 4);
      blank("loaded+vm, touch 64 KiB", 0);
      faults();
      kills();
    }
  }

  private void print(String what, long[] nanos, long cpuNanos) {
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

  private void floor() {
    try (KvmSystem system = KvmSystem.open();
        VirtualMachine vm =
            new VirtualMachine(
                new MachineType(
                    system,
                    HostFeatures.of(system),
                    variant,
                    WipeMethod.DIRTY_BITS,
                    new ResidentBudget(0)),
                HeapSize.SMALLEST_BYTES)) {
      vm.bind(TinyGuest.EXIT);
      long[] nanos = new long[rounds];
      long cpu = Clocks.processCpuNanos();
      for (int i = 0; i < rounds; i++) {
        long start = System.nanoTime();
        WarmUp.run(vm);
        nanos[i] = System.nanoTime() - start;
      }
      print("floor: in and out", nanos, Clocks.processCpuNanos() - cpu);
    }
  }

  private KvmSettings settings() {
    return KvmSettings.DEFAULTS
        .withVariant(variant)
        .withBackoff(new FaultBackoff.Settings(Integer.MAX_VALUE, 0, 0));
  }

  private static long timed(
      ComputeEngine engine, PreparedFunction function, FunctionSpec spec, String set, long value) {
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

  private void bound(String what, KvmSettings settings, String guest, String set, long value) {
    try (KvmDriver driver = new KvmDriver(settings);
        KvmEngine engine = driver.openEngine(0)) {
      PreparedFunction function = driver.prepare(Guests.binary(guest), Guests.CONTEXT_BYTES);
      FunctionSpec spec = Guests.spec(guest);
      long[] nanos = new long[rounds];
      timed(engine, function, spec, set, value);
      long cpu = Clocks.processCpuNanos();
      for (int i = 0; i < rounds; i++) {
        nanos[i] = timed(engine, function, spec, set, value);
      }
      print(what, nanos, Clocks.processCpuNanos() - cpu);
    }
  }

  /** Functions in turn on one machine; with many layouts its tables are never known. */
  private void alternating(String what, int layouts) {
    try (KvmDriver driver = new KvmDriver(settings().withSandboxesPerEngine(1));
        KvmEngine engine = driver.openEngine(0)) {
      PreparedFunction[] functions = new PreparedFunction[Math.max(2, layouts)];
      for (int i = 0; i < functions.length; i++) {
        long contextBytes = Guests.CONTEXT_BYTES - (i % layouts) * 4096L;
        functions[i] = driver.prepare(Guests.binary("touch"), contextBytes);
      }
      FunctionSpec spec = Guests.spec("touch");
      long[] nanos = new long[rounds];
      long cpu = Clocks.processCpuNanos();
      for (int i = 0; i < rounds; i++) {
        nanos[i] = timed(engine, functions[i % functions.length], spec, "bytes", 64 << 10);
      }
      print(what, nanos, Clocks.processCpuNanos() - cpu);
    }
  }

  private void blank(String what, int blanks) {
    try (KvmDriver driver = new KvmDriver(settings().withWarmBlanks(blanks))) {
      PreparedFunction function = driver.prepare(Guests.binary("touch"), Guests.CONTEXT_BYTES);
      FunctionSpec spec = Guests.spec("touch");
      int few = rounds / 10;
      long[] nanos = new long[few];
      long cpu = Clocks.processCpuNanos();
      for (int i = 0; i < few; i++) {
        long pause = System.nanoTime() + 3_000_000;
        while (blanks > 0 && System.nanoTime() < pause) {
          Thread.onSpinWait();
        }
        // A new engine has no machine yet.
        try (KvmEngine engine = driver.openEngine(0)) {
          nanos[i] = timed(engine, function, spec, "bytes", 64 << 10);
        }
      }
      print(what, nanos, Clocks.processCpuNanos() - cpu);
    }
  }

  private void hostile(String what, String mode, Limits limits) {
    try (KvmDriver driver = new KvmDriver(settings());
        KvmEngine engine = driver.openEngine(0)) {
      PreparedFunction function = driver.prepare(Guests.binary("hostile"), Guests.CONTEXT_BYTES);
      FunctionSpec spec = Guests.spec("hostile");
      DataSet input = new DataSet("mode", List.of(Item.ofText("", mode)));
      int count = rounds / 10;
      long[] nanos = new long[count];
      long[] runs = new long[count];
      long cpu = Clocks.processCpuNanos();
      for (int i = 0; i < count; i++) {
        long start = System.nanoTime();
        InstanceResult result =
            new InstanceRunner(engine, MonotonicClock.SYSTEM)
                .run(function, spec, List.of(input), Deadline.at(start + 10_000_000_000L), limits);
        nanos[i] = System.nanoTime() - start;
        runs[i] = result.runNanos();
      }
      print(what, nanos, Clocks.processCpuNanos() - cpu);
      print("  of which in the guest", runs, 0);
    }
  }

  private void faults() {
    hostile("fault", "null_write", Limits.DEFAULTS);
    hostile("good run of the same", "tables_good", Limits.DEFAULTS);
  }

  private void kills() {
    hostile("kill after 1 ms", "loop_forever", Limits.DEFAULTS.with(Limit.FUNCTION_RUN, 1_000_000));
  }
}
