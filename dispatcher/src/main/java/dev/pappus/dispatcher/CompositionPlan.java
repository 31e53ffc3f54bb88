package dev.pappus.dispatcher;

import dev.pappus.language.Application;
import dev.pappus.language.Composition;
import dev.pappus.language.SetUse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * How the sets of a composition flow, worked out once.
 *
 * @param composition the graph
 * @param uses for each set the uses of it, in text order
 * @param makers for each set the index of the application that makes it; -1 for an input
 */
record CompositionPlan(Composition composition, List<List<Use>> uses, List<Integer> makers) {
  /**
   * One use of a set.
   *
   * @param application index of the application
   * @param use how it uses the set
   */
  record Use(int application, SetUse use) {}

  CompositionPlan(Composition composition) {
    this(composition, usesOf(composition), makersOf(composition));
  }

  private static List<Integer> makersOf(Composition composition) {
    Integer[] makers = new Integer[composition.setNames().size()];
    Arrays.fill(makers, -1);
    for (Application application : composition.applications()) {
      for (OptionalInt output : application.outputs()) {
        output.ifPresent(set -> makers[set] = application.index());
      }
    }
    return List.of(makers);
  }

  private static List<List<Use>> usesOf(Composition composition) {
    List<List<Use>> uses = new ArrayList<>();
    composition.setNames().forEach(name -> uses.add(new ArrayList<>(2)));
    for (Application application : composition.applications()) {
      for (var input : application.inputs()) {
        input.ifPresent(use -> uses.get(use.set()).add(new Use(application.index(), use)));
      }
    }
    return uses.stream().map(List::copyOf).toList();
  }

  /** For each application the number of uses that it waits for. */
  int[] waits() {
    int[] waits = new int[composition.applications().size()];
    for (List<Use> usesOfSet : uses) {
      for (Use use : usesOfSet) {
        waits[use.application()]++;
      }
    }
    return waits;
  }

  /** For each set the number of times it will be read: by applications, and as an output. */
  int[] reads() {
    int[] reads = new int[uses.size()];
    Arrays.setAll(reads, set -> uses.get(set).size());
    composition.outputs().forEach(set -> reads[set]++);
    return reads;
  }
}
