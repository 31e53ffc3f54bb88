package dev.pappus.sandbox;

import dev.pappus.model.DataSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a guest left.
 *
 * @param sets one set for each registered output, in order
 * @param sealed the context, if bytes of them are still in it; whoever has it closes it
 */
public record Outputs(List<DataSet> sets, @Nullable SealedContext sealed) {
  /** Nothing. */
  public static final Outputs NONE = new Outputs(List.of(), null);

  public Outputs {
    sets = List.copyOf(sets);
  }

  /** Outputs of which nothing is in a context any more: what is gets copied. */
  public static Outputs inMemory(List<DataSet> sets) {
    return new Outputs(sets.stream().map(DataSet::inMemory).toList(), null);
  }
}
