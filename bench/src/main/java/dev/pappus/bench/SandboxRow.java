package dev.pappus.bench;

import java.util.List;
import java.util.OptionalDouble;

/** A sandbox, or another way to run a program apart, among others. */
public sealed interface SandboxRow {
  /** What it is called in reports. */
  String name();

  /**
   * It cannot be measured here.
   *
   * @param reason why not; of a tool in its own words
   */
  record Missing(String name, String reason) implements SandboxRow {}

  /**
   * Its figures.
   *
   * @param note how it was set up, or empty
   * @param create from nothing until code of its own ran: of sandboxes of this platform an engine
   *     and its first run of the empty function; of others until the program's first line
   * @param starts its runs by how they start, the warmest first
   * @param reset from the outputs until all is clean and free again
   * @param memory what one occupies
   */
  record Measured(
      String name, String note, Spread create, List<Start> starts, Spread reset, Memory memory)
      implements SandboxRow {
    public Measured {
      starts = List.copyOf(starts);
    }
  }

  /**
   * Runs from one start level.
   *
   * @param start the level
   * @param empty a whole run without work
   * @param work a whole run with it
   * @param cpuMicros processor time of a run with work: recycling, zygotes, children and helpers
   *     included
   * @param samples runs with work that were measured
   */
  record Start(String start, Spread empty, Spread work, double cpuMicros, long samples) {}

  /**
   * Memory of one, in KiB, by the growth that many cause.
   *
   * @param idleKib of one that has run and waits to run again; none if nothing waits
   * @param runningKib of one that runs, with what runs it (engine, thread, monitor)
   * @param from what was read, or why nothing could be
   */
  record Memory(OptionalDouble idleKib, OptionalDouble runningKib, String from) {}
}
