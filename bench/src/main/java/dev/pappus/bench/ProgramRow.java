package dev.pappus.bench;

import java.util.OptionalDouble;

/**
 * A program, run in one way. Times in microseconds.
 *
 * @param program its name
 * @param way how it was run
 * @param took from start to end
 * @param cpu processor time of a run with everything that serves it
 * @param samples runs measured
 * @param process how long a process takes for the same
 * @param goal the largest ratio of medians that is wanted, if there is one
 */
public record ProgramRow(
    String program,
    String way,
    Spread took,
    double cpu,
    long samples,
    Spread process,
    OptionalDouble goal) {
  /** What all others are compared with. */
  static final String PROCESS = "process: vfork, exec, wait";

  double ratioMin() {
    return took.min() / process.min();
  }

  double ratioP50() {
    return took.p50() / process.p50();
  }

  /** {@code met} or {@code MISSED}; empty where there is no goal. */
  String verdict() {
    if (goal.isEmpty()) {
      return "";
    }
    return ratioP50() <= goal.getAsDouble() ? "met" : "MISSED";
  }
}
