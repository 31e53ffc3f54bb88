package dev.pappus.sandbox.process;

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
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.Programs;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Prints what a Linux program costs here, from its start and from its snapshot, and by {@code
 * vfork} and {@code exec}, in turn: {@code java -cp … dev.pappus.sandbox.process.MeasurePrograms
 * ROUNDS [PROGRAM WORD...]}. The program reads a few bytes from standard input; without one, the
 * probe of guest/programs with musl and with glibc. Times are of whole invocations, and of whole
 * processes.
 */
public final class MeasurePrograms {
  private static final String INPUT = "count\n";

  private MeasurePrograms() {}

  /** Measures. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int rounds = Integer.parseInt(arguments[0]);
    if (arguments.length > 1) {
      measure(rounds, Path.of(arguments[1]), List.of(arguments).subList(2, arguments.length));
      return;
    }
    for (Programs.Libc libc : Programs.Libc.those()) {
      measure(rounds, Programs.file("probe", libc), List.of());
    }
  }

  private static FunctionSpec spec(List<String> words, boolean snapshot) {
    return Programs.spec(
        "program",
        List.of(InputSet.dynamic("stdio")),
        List.of("stdio"),
        Guests.CONTEXT_BYTES,
        new ProgramOptions(words, snapshot));
  }

  private static void measure(int rounds, Path program, List<String> words)
      throws IOException, InterruptedException {
    Path input = Files.writeString(Files.createTempFile("pappus-input", ""), INPUT);
    List<String> command = new ArrayList<>();
    command.add(Guests.file("launcher").toString());
    command.add("input");
    command.add(input.toString());
    command.add(program.toString());
    command.addAll(words);
    Process launcher =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    long[][] nanos = new long[3][rounds];
    long[] cpu = new long[3];
    try (ProcessDriver driver = new ProcessDriver(TestSettings.plain().withPinEngines(true));
        ProcessEngine engine = driver.openEngine(0);
        OutputStream go = launcher.getOutputStream();
        BufferedReader said = launcher.inputReader(StandardCharsets.UTF_8)) {
      MemorySegment binary = MemorySegment.ofArray(Files.readAllBytes(program));
      FunctionSpec[] specs = {spec(words, false), spec(words, true)};
      PreparedFunction[] functions = {
        driver.prepare(binary, specs[0]), driver.prepare(binary, specs[1])
      };
      for (int round = -20; round < rounds; round++) {
        go.write('r');
        go.flush();
        String[] line = said.readLine().split(" ", -1);
        if (round >= 0) {
          nanos[0][round] = Long.parseLong(line[2]);
          cpu[0] += Long.parseLong(line[3]);
        }
        for (int way = 0; way < 2; way++) {
          long cpuBefore = Measure.cpuNanos(engine);
          long start = System.nanoTime();
          run(engine, functions[way], specs[way]);
          long end = System.nanoTime();
          if (round >= 0) {
            nanos[way + 1][round] = end - start;
            cpu[way + 1] += Measure.cpuNanos(engine) - cpuBefore;
          }
        }
      }
    }
    launcher.waitFor();
    Files.delete(input);
    System.out.println(program.getFileName());
    Measure.print("  vfork and exec", nanos[0], cpu[0]);
    Measure.print("  sandbox, from the start", nanos[1], cpu[1]);
    Measure.print("  sandbox, from the snapshot", nanos[2], cpu[2]);
  }

  private static void run(ProcessEngine engine, PreparedFunction function, FunctionSpec spec) {
    InstanceResult result =
        new InstanceRunner(engine, MonotonicClock.SYSTEM)
            .run(
                function,
                spec,
                List.of(new DataSet("stdio", List.of(Item.ofText("stdin", INPUT)))),
                Deadline.in(10_000_000_000L),
                Limits.DEFAULTS);
    if (!result.succeeded()) {
      throw new IllegalStateException(String.valueOf(result.problem()));
    }
  }
}
