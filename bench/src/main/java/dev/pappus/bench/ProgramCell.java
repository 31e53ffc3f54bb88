package dev.pappus.bench;

import dev.pappus.linux.Threads;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.sandbox.EnginePlaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.HdrHistogram.Histogram;

/** One program, as a process and in all sandboxes, in turn on one processor. */
final class ProgramCell {
  private static final byte[] INPUT = "eighteen bytes ok\n".getBytes(StandardCharsets.UTF_8);

  private static final int SLICE = 4;
  private static final long SLICE_NANOS_MAX = 50_000_000L;

  private final BenchProgram program;
  private final List<ProgramWay> ways;
  private final Path guestBuild;
  private final Path scratch;
  private final long nanos;
  private final Map<String, String> missing = new LinkedHashMap<>();
  private final Histogram processTimes = new Histogram(Invoker.HIGHEST_NANOS, 3);
  private long processCpuNanos;

  /** Takes about {@code nanos}. */
  ProgramCell(
      BenchProgram program, List<ProgramWay> ways, Path guestBuild, Path scratch, long nanos) {
    this.program = program;
    this.ways = ways;
    this.guestBuild = guestBuild;
    this.scratch = scratch;
    this.nanos = nanos;
  }

  /** Ways that the program cannot be run in, and why. */
  Map<String, String> missing() {
    return missing;
  }

  List<ProgramRow> measure() throws IOException, Unavailable {
    List<Item> library = new ArrayList<>();
    for (Map.Entry<String, Path> each : program.library().entrySet()) {
      library.add(Item.of(each.getKey(), Key.ZERO, Files.readAllBytes(each.getValue())));
    }
    Item input = Item.of("stdin", Key.ZERO, INPUT);
    List<ProgramRunner> runners = new ArrayList<>();
    BitSet before = Threads.affinity();
    EnginePlaces places = new EnginePlaces();
    try {
      // All drivers first: their threads must not inherit this thread's single processor.
      for (ProgramWay way : ways) {
        try {
          runners.add(new ProgramRunner(way, program, library, input, guestBuild));
        } catch (Unavailable e) {
          missing.put(way.text(), e.reason());
        }
      }
      BitSet _ = places.take(0);
      try (Launcher launcher = launcher()) {
        long expected = launcher.run().checksum();
        List<ProgramRunner> open = opened(runners, expected);
        rounds(launcher, open, nanos / 5, expected);
        processTimes.reset();
        processCpuNanos = 0;
        open.forEach(runner -> runner.times().reset());
        rounds(launcher, open, nanos * 3 / 5, expected);
        return rows(open);
      }
    } finally {
      runners.reversed().forEach(ProgramRunner::close);
      Threads.setAffinity(before);
    }
  }

  private List<ProgramRunner> opened(List<ProgramRunner> runners, long expected) {
    List<ProgramRunner> open = new ArrayList<>();
    for (ProgramRunner each : runners) {
      try {
        each.open(expected);
        open.add(each);
      } catch (Unavailable e) {
        missing.put(each.way().text(), e.reason());
      }
    }
    return open;
  }

  /** As a sandbox would see it: with its library below a folder of its own. */
  private Launcher launcher() throws IOException, Unavailable {
    Path launcher = guestBuild.resolve("launcher").toAbsolutePath();
    Unavailable.requireBuilt(launcher);
    Path root = Files.createTempDirectory(scratch, "root");
    for (Map.Entry<String, Path> each : program.library().entrySet()) {
      Path link = root.resolve("lib").resolve(each.getKey());
      Files.createDirectories(link.getParent());
      Files.createSymbolicLink(link, each.getValue().toAbsolutePath());
    }
    Path input = Files.write(root.resolve("input"), INPUT);
    List<String> command = new ArrayList<>(List.of(launcher.toString(), "input", input.toString()));
    command.add(program.binary().toAbsolutePath().toString());
    for (String word : program.arguments()) {
      command.add(word.startsWith(BenchProgram.LIBRARY) ? root + word : word);
    }
    return new Launcher(command, scratch, Map.of("PAPPUS_ROOT", root.toString()));
  }

  private void rounds(
      Launcher launcher, List<ProgramRunner> runners, long budgetNanos, long expected)
      throws Unavailable {
    long end = System.nanoTime() + budgetNanos;
    do {
      long sliceEnd = System.nanoTime() + SLICE_NANOS_MAX;
      for (int i = 0; inSlice(i, sliceEnd); i++) {
        Launcher.Run run = launcher.run();
        NativeWork.requireSame(expected, run.checksum());
        // The first of a slice, which finds its memory pushed out of the caches, does not count.
        if (i > 0) {
          processTimes.recordValue(run.endNanos());
          processCpuNanos += run.cpuNanos();
        }
      }
      for (ProgramRunner runner : runners) {
        sliceEnd = System.nanoTime() + SLICE_NANOS_MAX;
        for (int i = 0; inSlice(i, sliceEnd); i++) {
          runner.round(expected, i > 0);
        }
        runner.idle();
      }
    } while (System.nanoTime() - end < 0);
  }

  private static boolean inSlice(int run, long sliceEnd) {
    return run < 2 || (run < SLICE && System.nanoTime() - sliceEnd < 0);
  }

  private List<ProgramRow> rows(List<ProgramRunner> runners) throws IOException {
    Spread process = Spread.of(processTimes);
    long samples = processTimes.getTotalCount();
    List<ProgramRow> rows = new ArrayList<>();
    rows.add(
        new ProgramRow(
            program.name(),
            ProgramRow.PROCESS,
            process,
            processCpuNanos / 1000.0 / samples,
            samples,
            process,
            OptionalDouble.empty()));
    for (ProgramRunner runner : runners) {
      Histogram times = runner.times();
      if (times.getTotalCount() == 0) {
        missing.put(runner.way().text(), "no run started as it should");
        continue;
      }
      rows.add(
          new ProgramRow(
              program.name(),
              runner.way().text(),
              Spread.of(times),
              runner.cpuMicros(nanos / 5 / runners.size()),
              times.getTotalCount(),
              process,
              runner.way().hasGoal() ? program.goal() : OptionalDouble.empty()));
    }
    return rows;
  }
}
