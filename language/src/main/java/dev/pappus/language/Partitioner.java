package dev.pappus.language;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.ItemShape;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Deals the sets of an application out to its instances (dandelion.md 1.4 to 1.7). Pure. */
public final class Partitioner {
  private Partitioner() {}

  /**
   * The instances of an application, whose {@link Applicability} is RUN.
   *
   * <p>The axes, slowest first: keyed sets in {@code by}, other keyed sets, anyKeyed sets in {@code
   * by}, everything else by position. An axis all of whose sets are empty is left out, as if
   * nothing were assigned; a join with items but without a key leaves no instance.
   *
   * @param application the application
   * @param inputs a set for each input of the callee; empty where nothing is assigned
   * @param minSetBytes for each input the least bytes worth an instance of its own; missing ones
   *     are 0
   * @param settings what any-sets are cut for
   * @param maxInstances most instances, checked before any of them is made
   * @return for each instance a set for each input of the callee, empty where it has none; without
   *     {@code each}, {@code keyed} and any-sets the one instance has the very sets given. Sharded
   *     sets have no name: position says which they are
   * @throws ProblemException with {@link ProblemCode#TOO_MANY_ITEMS}
   */
  public static List<List<DataSet>> instances(
      Application application,
      List<DataSet> inputs,
      List<Long> minSetBytes,
      PartitionSettings settings,
      int maxInstances) {
    if (inputs.size() != application.inputs().size()) {
      throw new IllegalArgumentException(
          "%d sets for the %d inputs of %s"
              .formatted(inputs.size(), application.inputs().size(), application.callee()));
    }
    List<List<Item>> items = inputs.stream().map(DataSet::items).toList();
    if (isWhole(application, items)) {
      requireAtMost(maxInstances, 1, application);
      return List.of(List.copyOf(inputs));
    }
    List<Axis<Item>> axes = axes(application, items);
    if (isNone(axes)) {
      return List.of();
    }
    int[][][] pieces = AnySplit.pieces(axes, minSetBytes, settings);
    long count = count(pieces);
    requireAtMost(maxInstances, count, application);
    List<List<List<DataSet>>> sets = new ArrayList<>(axes.size());
    for (int i = 0; i < pieces.length; i++) {
      sets.add(sets(axes.get(i), pieces[i]));
    }
    return product(axes, sets, wholeSets(application, inputs), (int) count);
  }

  /**
   * How many instances {@link #instances} would make, without a limit and without the items' bytes.
   *
   * @param <T> what is known of an item
   * @param inputs for each input of the callee the items; none where nothing is assigned
   * @return {@link Long#MAX_VALUE} if there are more
   */
  public static <T extends ItemShape> long count(
      Application application,
      List<List<T>> inputs,
      List<Long> minSetBytes,
      PartitionSettings settings) {
    if (isWhole(application, inputs)) {
      return 1;
    }
    List<Axis<T>> axes = axes(application, inputs);
    return isNone(axes) ? 0 : count(AnySplit.pieces(axes, minSetBytes, settings));
  }

  private static boolean isNone(List<? extends Axis<?>> axes) {
    return axes.stream().anyMatch(axis -> axis.rows() == 0);
  }

  private static long count(int[][][] pieces) {
    long count = 1;
    for (int[][] each : pieces) {
      count = Saturated.multiply(count, each.length);
    }
    return count;
  }

  /** The sets of each piece, by column. */
  private static List<List<DataSet>> sets(Axis<Item> axis, int[][] pieces) {
    List<List<DataSet>> sets = new ArrayList<>(pieces.length);
    for (int[] piece : pieces) {
      sets.add(
          axis.columns().stream().map(column -> new DataSet("", column.piece(piece))).toList());
    }
    return sets;
  }

  /** Whether every set that has items goes whole to the only instance. */
  private static <T extends ItemShape> boolean isWhole(
      Application application, List<List<T>> inputs) {
    List<Optional<SetUse>> uses = application.inputs();
    for (int i = 0; i < uses.size(); i++) {
      Optional<SetUse> use = uses.get(i);
      if (use.isPresent() && use.get().sharding() != Sharding.ALL && !inputs.get(i).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  private static void requireAtMost(int max, long count, Application application) {
    if (count > max) {
      Limits limits = Limits.DEFAULTS.with(Limit.INVOCATION_INSTANCES, max);
      String what =
          "instances of '%s' (statement %d)"
              .formatted(application.callee(), application.index() + 1);
      throw new ProblemException(
          limits.exceeded(ProblemCode.TOO_MANY_ITEMS, Limit.INVOCATION_INSTANCES, what, count));
    }
  }

  private static <T extends ItemShape> List<Axis<T>> axes(
      Application application, List<List<T>> inputs) {
    List<Axis<T>> axes = new ArrayList<>();
    List<List<Join.Step>> chains = application.join().map(Join::chains).orElse(List.of());
    boolean[] joined = new boolean[inputs.size()];
    for (List<Join.Step> chain : chains) {
      chain.forEach(step -> joined[step.parameter()] = true);
    }
    addChains(axes, chains, Sharding.KEYED, application, inputs);
    for (int i = 0; i < joined.length; i++) {
      if (!joined[i] && is(application, i, Sharding.KEYED)) {
        addSingle(axes, i, Sharding.KEYED, inputs);
      }
    }
    addChains(axes, chains, Sharding.ANY_KEYED, application, inputs);
    for (int i = 0; i < joined.length; i++) {
      Optional<SetUse> use = application.inputs().get(i);
      if (!joined[i] && use.isPresent() && use.get().sharding() != Sharding.KEYED) {
        addSingle(axes, i, use.get().sharding(), inputs);
      }
    }
    return axes;
  }

  private static boolean is(Application application, int parameter, Sharding sharding) {
    Optional<SetUse> use = application.inputs().get(parameter);
    return use.isPresent() && use.get().sharding() == sharding;
  }

  private static <T extends ItemShape> void addChains(
      List<Axis<T>> axes,
      List<List<Join.Step>> chains,
      Sharding sharding,
      Application application,
      List<List<T>> inputs) {
    for (List<Join.Step> chain : chains) {
      List<List<T>> items = chain.stream().map(step -> inputs.get(step.parameter())).toList();
      if (is(application, chain.getFirst().parameter(), sharding)
          && items.stream().anyMatch(each -> !each.isEmpty())) {
        axes.add(KeyedJoin.join(chain, items, sharding == Sharding.ANY_KEYED));
      }
    }
  }

  private static <T extends ItemShape> void addSingle(
      List<Axis<T>> axes, int parameter, Sharding sharding, List<List<T>> inputs) {
    List<T> items = inputs.get(parameter);
    if (items.isEmpty()) {
      return;
    }
    List<Join.Step> alone = List.of(new Join.Step(JoinKind.CROSS, parameter));
    switch (sharding) {
      case ALL -> {} // the same for every instance
      case EACH -> axes.add(Axis.each(parameter, items, false));
      case ANY_EACH -> axes.add(Axis.each(parameter, items, true));
      case KEYED -> axes.add(KeyedJoin.join(alone, List.of(items), false));
      case ANY_KEYED -> axes.add(KeyedJoin.join(alone, List.of(items), true));
    }
  }

  /** The sets that every instance has whole; empty where an axis deals something out. */
  private static DataSet[] wholeSets(Application application, List<DataSet> inputs) {
    DataSet absent = DataSet.empty("");
    DataSet[] sets = new DataSet[inputs.size()];
    Arrays.setAll(sets, i -> is(application, i, Sharding.ALL) ? inputs.get(i) : absent);
    return sets;
  }

  /** Every combination; the last axis varies fastest. */
  private static List<List<DataSet>> product(
      List<Axis<Item>> axes, List<List<List<DataSet>>> sets, DataSet[] slots, int count) {
    int[] at = new int[axes.size()];
    List<List<DataSet>> instances = new ArrayList<>(count);
    for (int instance = 0; instance < count; instance++) {
      for (int axis = 0; axis < at.length; axis++) {
        List<Axis.Column<Item>> columns = axes.get(axis).columns();
        for (int column = 0; column < columns.size(); column++) {
          slots[columns.get(column).parameter()] = sets.get(axis).get(at[axis]).get(column);
        }
      }
      instances.add(List.of(slots));
      for (int axis = at.length - 1; axis >= 0 && ++at[axis] == sets.get(axis).size(); axis--) {
        at[axis] = 0;
      }
    }
    return Collections.unmodifiableList(instances);
  }
}
