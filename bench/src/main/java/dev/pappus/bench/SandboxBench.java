package dev.pappus.bench;

import dev.pappus.sandbox.kvm.EntryVariant;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What a sandbox costs: beyond the work in it, and beside other ways to run a program apart. What
 * is compared takes turns, in slices of a few milliseconds, on one processor, so that a slow phase
 * of the machine hits all of it.
 */
public final class SandboxBench {
  /** Of the time for both tables. */
  private static final double ROWS_SHARE = 0.6;

  /** Until the JVM has compiled what all cases have in common. */
  private static final long WARM_UP_NANOS = 1_000_000_000L;

  private final Path guestBuild;
  private final long totalNanos;
  private final Consumer<String> progress;

  /**
   * A benchmark.
   *
   * @param guestBuild folder of the guest programs
   * @param totalNanos about how long it may take
   * @param progress is told what is being measured
   */
  public SandboxBench(Path guestBuild, long totalNanos, Consumer<String> progress) {
    this.guestBuild = guestBuild;
    this.totalNanos = totalNanos;
    this.progress = progress;
  }

  /**
   * Measures every case in every sandbox that this host has, then all sandboxes side by side.
   *
   * @throws IOException if a guest program cannot be read
   * @throws IllegalStateException if a sandbox computes something else than the native code
   */
  public BenchReport run() throws IOException {
    try (TemporaryFolder scratch = new TemporaryFolder()) {
      List<BenchRow> rows = new ArrayList<>();
      Map<String, String> missing = new LinkedHashMap<>();
      Map<EntryVariant, Double> floors = new EnumMap<>(EntryVariant.class);
      int cells = SandboxKind.values().length * BenchCase.ALL.size();
      long cellNanos = (long) (totalNanos * ROWS_SHARE / cells);
      for (SandboxKind sandbox : SandboxKind.values()) {
        try {
          rows.addAll(rows(sandbox, scratch.path(), cellNanos, floors));
        } catch (Unavailable e) {
          missing.put(sandbox.text(), e.reason());
        }
      }
      long restNanos = (long) (totalNanos * (1 - ROWS_SHARE));
      SandboxTable table =
          new SandboxComparison(guestBuild, scratch.path(), restNanos, progress).run();
      return new BenchReport(HostFacts.read(), floors, rows, missing, table);
    }
  }

  private List<BenchRow> rows(
      SandboxKind sandbox, Path scratch, long cellNanos, Map<EntryVariant, Double> floors)
      throws IOException, Unavailable {
    progress.accept(sandbox.text() + ": warming up");
    List<BenchRow> _ =
        new CaseCell(BenchCase.NOP, sandbox, guestBuild, scratch, WARM_UP_NANOS).measure();
    List<BenchRow> rows = new ArrayList<>();
    double floor = Double.MAX_VALUE;
    for (BenchCase work : BenchCase.ALL) {
      progress.accept(sandbox.text() + ": " + work.name());
      CaseCell cell = new CaseCell(work, sandbox, guestBuild, scratch, cellNanos);
      rows.addAll(cell.measure());
      floor = Math.min(floor, cell.floorMicros().orElse(floor));
    }
    EntryVariant entry = sandbox.entry();
    if (entry != null) {
      floors.put(entry, floor);
    }
    return rows;
  }
}
