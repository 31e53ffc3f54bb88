package dev.pappus.language;

import dev.pappus.model.DataSet;
import java.util.List;
import java.util.Optional;

/** Whether an application runs on given sets (dandelion.md 1.6). */
public enum Applicability {
  /** It runs; {@link Partitioner} says in how many instances, which may be none. */
  RUN,
  /** It does not run, and all sets it produces are empty. */
  SKIP;

  /**
   * What one set means: SKIP if it is empty and not optional. That settles the application,
   * whatever its other sets are, so they need not be awaited.
   */
  public static Applicability of(SetUse use, DataSet set) {
    return set.isEmpty() && !use.optional() ? SKIP : RUN;
  }

  /**
   * What all sets mean together.
   *
   * @param inputs a set for each input of the callee; empty where nothing is assigned
   */
  public static Applicability of(Application application, List<DataSet> inputs) {
    List<Optional<SetUse>> uses = application.inputs();
    for (int i = 0; i < uses.size(); i++) {
      Optional<SetUse> use = uses.get(i);
      if (use.isPresent() && of(use.get(), inputs.get(i)) == SKIP) {
        return SKIP;
      }
    }
    return RUN;
  }
}
