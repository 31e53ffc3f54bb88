package dev.pappus.bench.curves;

import java.util.ArrayList;
import java.util.List;

/**
 * A curve.
 *
 * @param name in results: {@code hot95}, {@code process.hot95}, {@code in_process}
 * @param legend for people
 * @param system name of its folder in bench/systems
 * @param backend what Pappus runs functions in; empty for other systems
 * @param hotPercent share of requests for the function that is warm; 100 where all are alike
 */
record Series(String name, String legend, String system, String backend, int hotPercent) {
  private static final String OURS = "pappus";

  /** The bound, which other curves are measured by. */
  static final String BOUND = "in-process";

  /** Whether it is ours, so that the share of warm requests means something. */
  boolean ours() {
    return system.equals(OURS);
  }

  /** Name of the curve of the same backend at another share. */
  String nameAt(int percent) {
    return name.substring(0, name.lastIndexOf("hot")) + "hot" + percent;
  }

  /**
   * All of a figure: our backends, the first one without its name before the dot, then others.
   *
   * @param others names of folders in bench/systems
   */
  static List<Series> of(List<String> backends, List<Integer> hotPercents, List<String> others) {
    List<Series> all = new ArrayList<>();
    for (String backend : backends) {
      String prefix = backend.equals(backends.getFirst()) ? "" : backend + ".";
      for (int percent : hotPercents) {
        all.add(
            new Series(
                prefix + "hot" + percent,
                backend + ", " + percent + " % hot",
                OURS,
                backend,
                percent));
      }
    }
    for (String other : others) {
      all.add(new Series(other.replace('-', '_'), other, other, "", 100));
    }
    return List.copyOf(all);
  }
}
