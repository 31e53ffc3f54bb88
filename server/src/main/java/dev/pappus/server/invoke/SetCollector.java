package dev.pappus.server.invoke;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Suggestion;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sorts the items of a request into the sets of what it invokes. One thread uses it. */
final class SetCollector {
  /** Longer texts resemble no name, and comparing them takes long. */
  private static final int NAME_MAX = 100;

  private final String target;
  private final List<String> inputs;
  private final Limits limits;
  private final List<List<Item>> items = new ArrayList<>();
  private int last;

  /** Without items yet. */
  SetCollector(InvokeTarget target, Limits limits) {
    this.target = target.name();
    this.inputs = target.signature().inputs();
    this.limits = limits;
    inputs.forEach(_ -> items.add(new ArrayList<>(1)));
  }

  /**
   * Makes sure that {@code set} is an input.
   *
   * @throws ProblemException UNKNOWN_SET
   */
  void require(String set) {
    if (last < inputs.size() && inputs.get(last).equals(set)) {
      return;
    }
    last = inputs.indexOf(set);
    if (last < 0) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.UNKNOWN_SET,
                  "'%s' has no input set '%s'%s",
                  target,
                  Names.printable(set),
                  set.length() > NAME_MAX ? "" : Suggestion.didYouMean(set, inputs))
              .withFunction(target)
              .withHint(
                  inputs.isEmpty()
                      ? "send the request without a body"
                      : "its input sets are: " + String.join(", ", inputs)));
    }
  }

  /**
   * Adds an item behind those that its set has.
   *
   * @throws ProblemException UNKNOWN_SET or TOO_MANY_ITEMS
   */
  void add(String set, Item item) {
    require(set);
    List<Item> all = items.get(last);
    requireRoom(set, all.size());
    all.add(item);
  }

  /**
   * Makes sure that a set of {@code size} items may have one more.
   *
   * @param set its name, if that is known
   * @throws ProblemException TOO_MANY_ITEMS
   */
  void requireRoom(@Nullable String set, int size) {
    if (size >= limits.get(Limit.SET_ITEMS)) {
      throw new ProblemException(
          limits
              .exceeded(
                  ProblemCode.TOO_MANY_ITEMS,
                  Limit.SET_ITEMS,
                  set == null ? "items in one set" : "items in input set '" + set + "'",
                  size + 1L)
              .withFunction(target));
    }
  }

  /** Whether nothing has been added to {@code set}. */
  boolean isEmpty(String set) {
    int index = inputs.indexOf(set);
    return index < 0 || items.get(index).isEmpty();
  }

  /** The sets in the order of the inputs. */
  List<DataSet> sets() {
    List<DataSet> sets = new ArrayList<>(items.size());
    for (int i = 0; i < items.size(); i++) {
      sets.add(new DataSet(inputs.get(i), items.get(i)));
    }
    return sets;
  }
}
