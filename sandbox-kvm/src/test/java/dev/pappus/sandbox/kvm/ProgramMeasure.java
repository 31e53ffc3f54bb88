package dev.pappus.sandbox.kvm;

import dev.pappus.model.DataSet;
import dev.pappus.model.FunctionSpec;
import dev.pappus.model.InputSet;
import dev.pappus.model.Item;
import dev.pappus.model.Limits;
import dev.pappus.model.MonotonicClock;
import dev.pappus.model.ProgramOptions;
import dev.pappus.sandbox.Deadline;
import dev.pappus.sandbox.Guests;
import dev.pappus.sandbox.InstanceResult;
import dev.pappus.sandbox.InstanceRunner;
import dev.pappus.sandbox.Libos;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.Programs;
import dev.pappus.sandbox.TemplateSlot;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * What runs of Linux programs cost on a bound machine, from their start and from their template, in
 * turns; and from the templates of two programs that take turns on one machine. Each argument is a
 * program's file and its words, separated by blanks; the program finds the input as {@code /in/a/x}
 * and on standard input. Not a test: run its main method.
 */
final class ProgramMeasure {
  private static final int ROUNDS = Integer.getInteger("rounds", 1000);
  private static final List<DataSet> INPUTS =
      List.of(
          new DataSet("a", List.of(Item.ofText("x", "an 18 byte input.\n"))),
          new DataSet("stdio", List.of(Item.ofText("stdin", "an 18 byte input.\n"))));

  /** Durations of whole runs, and of their parts, in nanoseconds. */
  private static final class Times {
    private final long[] total = new long[ROUNDS];
    private final long[] guest = new long[ROUNDS];
    private final long[] before = new long[ROUNDS];

    /** Runs, and notes how long it took if {@code round} is not negative. */
    void run(int round, InstanceRunner runner, PreparedFunction function, FunctionSpec spec) {
      long start = System.nanoTime();
      InstanceResult result =
          runner.run(function, spec, INPUTS, Deadline.in(TestFunctions.FAR_NANOS), Limits.DEFAULTS);
      long nanos = System.nanoTime() - start;
      if (result.problem() != null) {
        throw new IllegalStateException(result.problem() + " " + result.problem().guest());
      }
      if (round >= 0) {
        total[round] = nanos;
        guest[round] = result.runNanos();
        before[round] = result.loadNanos();
      }
    }

    String text() {
      return "%s in all, %s in the guest, %s before".formatted(of(total), of(guest), of(before));
    }

    private static String of(long[] nanos) {
      long[] sorted = nanos.clone();
      Arrays.sort(sorted);
      return "%d / %d".formatted(sorted[0] / 1000, sorted[sorted.length / 2] / 1000);
    }
  }

  private ProgramMeasure() {}

  /** Prints minimum and median in µs. */
  public static void main(String[] arguments) throws IOException {
    List<String> lines = new ArrayList<>(List.of(arguments));
    if (lines.isEmpty()) {
      for (Programs.Libc libc : Programs.Libc.those()) {
        lines.add(Programs.file("probe", libc) + " show /in/a/x");
      }
    }
    Path guestBuild = Objects.requireNonNull(Guests.file("libos.elf").getParent());
    KvmSettings settings = KvmSettings.DEFAULTS.withLibos(Libos.in(guestBuild));
    try (KvmDriver driver = new KvmDriver(settings);
        KvmEngine engine = driver.openEngine(0)) {
      for (String line : lines) {
        measure(driver, engine, List.of(line.split(" ", -1)));
      }
    }
    try (KvmDriver driver = new KvmDriver(settings.withSandboxesPerEngine(1));
        KvmEngine engine = driver.openEngine(0)) {
      for (String line : lines) {
        measureTurns(driver, engine, List.of(line.split(" ", -1)));
      }
    }
  }

  private static void measure(KvmDriver driver, KvmEngine engine, List<String> line)
      throws IOException {
    MemorySegment file = MemorySegment.ofArray(Files.readAllBytes(Path.of(line.getFirst())));
    List<FunctionSpec> specs = new ArrayList<>();
    List<PreparedFunction> functions = new ArrayList<>();
    List<Times> times = new ArrayList<>();
    for (boolean snapshot : new boolean[] {false, true}) {
      FunctionSpec spec = spec(line, snapshot);
      specs.add(spec);
      functions.add(driver.prepare(file, spec));
      times.add(new Times());
    }
    InstanceRunner runner = new InstanceRunner(engine, MonotonicClock.SYSTEM);
    for (int round = -1; round < ROUNDS; round++) {
      for (int i = 0; i < 2; i++) {
        times.get(i).run(round, runner, functions.get(i), specs.get(i));
      }
    }
    TemplateSlot slot = Objects.requireNonNull(functions.get(1).templateSlot());
    System.out.println(String.join(" ", line));
    System.out.println("  from its start: " + times.get(0).text());
    System.out.println("  from its template: " + times.get(1).text() + describe(slot));
  }

  private static void measureTurns(KvmDriver driver, KvmEngine engine, List<String> line)
      throws IOException {
    MemorySegment file = MemorySegment.ofArray(Files.readAllBytes(Path.of(line.getFirst())));
    FunctionSpec spec = spec(line, true);
    List<PreparedFunction> functions =
        List.of(driver.prepare(file, spec), driver.prepare(file, spec));
    Times times = new Times();
    InstanceRunner runner = new InstanceRunner(engine, MonotonicClock.SYSTEM);
    for (int round = -2; round < ROUNDS; round++) {
      times.run(round, runner, functions.get(round & 1), spec);
    }
    System.out.println(String.join(" ", line));
    System.out.println("  from its template, taking turns: " + times.text());
  }

  private static FunctionSpec spec(List<String> line, boolean snapshot) {
    return Programs.spec(
        "program",
        List.of(InputSet.dynamic("a"), InputSet.dynamic("stdio")),
        List.of("r", "stdio"),
        Guests.CONTEXT_BYTES,
        new ProgramOptions(line.subList(1, line.size()), snapshot));
  }

  private static String describe(TemplateSlot slot) {
    if (!(slot.filled() instanceof KvmFunction function)) {
      return " (it has none: " + slot.whyNot() + ")";
    }
    MemoryPlan plan = function.code().plan();
    long written =
        plan.regions().stream()
            .filter(region -> region.writable() && region.loaded())
            .mapToLong(Region::sizeBytes)
            .sum();
    return " (%d KiB of it can be written, %d KiB are shared)"
        .formatted(written >> 10, plan.sharedBytes() >> 10);
  }
}
