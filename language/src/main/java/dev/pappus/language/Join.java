package dev.pappus.language;

import java.util.ArrayList;
import java.util.List;

/**
 * A {@code by} clause: {@code first}, then each step joined against what stands left of it.
 *
 * @param first parameter position of the leftmost set
 * @param steps the others, left to right
 */
public record Join(int first, List<Step> steps) {
  public Join {
    steps = List.copyOf(steps);
  }

  /**
   * The runs of sets between the crosses, for cross binds weakest: each run is joined on its own,
   * and every combination of their results is taken. A run's first step has kind {@link
   * JoinKind#CROSS}, whose left side is the run before it, if there is one.
   */
  public List<List<Step>> chains() {
    List<List<Step>> chains = new ArrayList<>();
    List<Step> current = new ArrayList<>();
    current.add(new Step(JoinKind.CROSS, first));
    for (Step step : steps) {
      if (step.kind == JoinKind.CROSS) {
        chains.add(List.copyOf(current));
        current.clear();
      }
      current.add(step);
    }
    chains.add(List.copyOf(current));
    return List.copyOf(chains);
  }

  /**
   * One further set.
   *
   * @param kind how it is matched
   * @param parameter its parameter position
   */
  public record Step(JoinKind kind, int parameter) {}
}
