package dev.pappus.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * What unmodified Linux programs cost in sandboxes, from their start and from their templates,
 * beside vfork and exec of the same files by a small C program.
 */
public final class ProgramBench {
  /** Goal: share of a process's median. */
  private static final double HELLO_GOAL = 0.8;

  private final Path guestBuild;
  private final List<BenchProgram> interpreters;
  private final Map<String, String> absent;
  private final long programNanos;
  private final Consumer<String> progress;

  /**
   * A benchmark.
   *
   * @param guestBuild folder of the guest programs
   * @param interpreters measured after those
   * @param absent programs that are not there, and why
   * @param programNanos about how long each program may take
   * @param progress is told what is being measured
   */
  public ProgramBench(
      Path guestBuild,
      List<BenchProgram> interpreters,
      Map<String, String> absent,
      long programNanos,
      Consumer<String> progress) {
    this.guestBuild = guestBuild;
    this.interpreters = List.copyOf(interpreters);
    this.absent = new LinkedHashMap<>(absent);
    this.programNanos = programNanos;
    this.progress = progress;
  }

  /**
   * Measures all programs that are there, in all sandboxes that are there.
   *
   * @throws IOException if a file cannot be read
   * @throws IllegalStateException if a sandbox computes something else than a process
   */
  public ProgramReport run() throws IOException {
    List<BenchProgram> programs = new ArrayList<>();
    programs.add(
        BenchProgram.of(
            "hello, musl",
            OptionalDouble.of(HELLO_GOAL),
            guestBuild.resolve("programs/shout-musl")));
    programs.add(
        BenchProgram.of(
            "hello, glibc", OptionalDouble.empty(), guestBuild.resolve("programs/shout-glibc")));
    programs.addAll(interpreters);
    List<ProgramRow> rows = new ArrayList<>();
    Map<String, String> missing = new LinkedHashMap<>();
    try (TemporaryFolder scratch = new TemporaryFolder()) {
      for (BenchProgram program : programs) {
        if (!Files.exists(program.binary())) {
          missing.put(
              program.name(),
              program.binary().getFileName()
                  + " is not built: install musl-tools and libc6-dev,"
                  + " then run 'make -C guest'");
          continue;
        }
        progress.accept(program.name());
        ProgramCell cell =
            new ProgramCell(program, ways(), guestBuild, scratch.path(), programNanos);
        try {
          rows.addAll(cell.measure());
        } catch (Unavailable e) {
          missing.put(program.name(), e.reason());
        }
        cell.missing().forEach((way, reason) -> missing.put(program.name() + ", " + way, reason));
      }
    }
    missing.putAll(absent);
    return new ProgramReport(HostFacts.read(), rows, missing);
  }

  private static List<ProgramWay> ways() {
    List<ProgramWay> ways = new ArrayList<>();
    for (SandboxKind sandbox : List.of(SandboxKind.preferredKvm(), SandboxKind.PROCESS)) {
      ways.add(new ProgramWay(sandbox, false, StartKind.BOUND));
      ways.add(new ProgramWay(sandbox, true, StartKind.BOUND));
      ways.add(new ProgramWay(sandbox, true, StartKind.LOADED));
    }
    return ways;
  }
}
