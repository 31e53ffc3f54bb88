package dev.pappus.sandbox;

import dev.pappus.model.DataSet;
import dev.pappus.model.Limits;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a guest left.
 *
 * @param sets one set for each registered output, in order
 * @param sealed the context that bytes of them are in, its own or its readers'; whoever has it
 *     closes it
 */
public record Outputs(List<DataSet> sets, @Nullable SealedContext sealed) {
  /** Nothing. */
  public static final Outputs NONE = new Outputs(List.of(), null);

  public Outputs {
    sets = List.copyOf(sets);
  }

  /**
   * Decides where outputs go that lie in a context: to their reader's, or nowhere, or else into the
   * node's memory.
   *
   * @param sets some are lent by {@code own}
   * @param own the context, open
   * @param leave leaves the context as it is and says how it is given back, unless its domain
   *     cannot do without it
   */
  public static Outputs settle(
      List<DataSet> sets,
      SealedContext own,
      Limits limits,
      OutputReaders readers,
      Supplier<@Nullable Runnable> leave) {
    InputCollector collector = own.lentBytes() == 0 ? null : readers.outputsCollector(own);
    Outputs collected = collector == null ? null : collector.collect(sets);
    if (collected != null) {
      return collected;
    }
    Runnable giveBack = own.pays(limits) && readers.mayHoldOneMore() ? leave.get() : null;
    if (giveBack == null) {
      return new Outputs(sets.stream().map(DataSet::inMemory).toList(), null);
    }
    own.giveBackBy(giveBack);
    return new Outputs(sets, own);
  }
}
