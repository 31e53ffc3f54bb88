package dev.pappus.language;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.Signature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An application with its sets, as tests write them; {@code result()} shows the instances like the
 * tables of the reference's tests do.
 */
final class Cases {
  private final List<String> names = new ArrayList<>();
  private final List<Optional<SetUse>> uses = new ArrayList<>();
  private final List<DataSet> sets = new ArrayList<>();
  private final List<Long> minSetBytes = new ArrayList<>();
  private Optional<Join> join = Optional.empty();
  private AnySharding mode = new AnySharding.Max();
  private int localCores = 1;
  private int remoteCores;
  private int maxInstances = 100_000;

  static long[] keys(long... keys) {
    return keys;
  }

  /** A set of items of one byte with these keys; item names are their positions. */
  Cases set(String name, Sharding sharding, long... keys) {
    long[] sizes = new long[keys.length];
    Arrays.fill(sizes, 1);
    return sized(name, sharding, keys, sizes);
  }

  Cases sized(String name, Sharding sharding, long[] keys, long[] sizes) {
    List<Item> items = new ArrayList<>();
    for (int i = 0; i < keys.length; i++) {
      items.add(Item.of(Integer.toString(i), Key.of(keys[i]), new byte[(int) sizes[i]]));
    }
    return set(name, new SetUse(names.size(), sharding, true), new DataSet(name, items));
  }

  Cases set(String name, SetUse use, DataSet set) {
    names.add(name);
    uses.add(Optional.of(use));
    sets.add(set);
    minSetBytes.add(0L);
    return this;
  }

  /** A parameter without a set. */
  Cases absent(String name) {
    names.add(name);
    uses.add(Optional.empty());
    sets.add(DataSet.empty(""));
    minSetBytes.add(0L);
    return this;
  }

  /** Minimum bytes of the parameter added last. */
  Cases min(long bytes) {
    minSetBytes.set(minSetBytes.size() - 1, bytes);
    return this;
  }

  /** {@code A inner B left C}. */
  Cases by(String clause) {
    String[] words = clause.split(" ", -1);
    List<Join.Step> steps = new ArrayList<>();
    for (int i = 1; i < words.length; i += 2) {
      JoinKind kind = JoinKind.valueOf(words[i].toUpperCase(java.util.Locale.ROOT));
      steps.add(new Join.Step(kind, names.indexOf(words[i + 1])));
    }
    join = Optional.of(new Join(names.indexOf(words[0]), steps));
    return this;
  }

  Cases mode(String text) {
    mode = AnySharding.parse(text);
    return this;
  }

  Cases cores(int local, int remote) {
    localCores = local;
    remoteCores = remote;
    return this;
  }

  Cases atMost(int instances) {
    maxInstances = instances;
    return this;
  }

  Application application() {
    return new Application(0, "f", new Signature(names, List.of()), uses, List.of(), join, 1);
  }

  List<DataSet> sets() {
    return sets;
  }

  List<List<DataSet>> instances() {
    return Partitioner.instances(
        application(),
        sets,
        minSetBytes,
        new PartitionSettings(mode, localCores, remoteCores),
        maxInstances);
  }

  /** {@code (A{0};B{1,1})} for each instance: keys by set, absent sets left out. */
  String result() {
    return shown(item -> item.key().toString());
  }

  /** As {@link #result}, with the items' positions in their set instead of their keys. */
  String itemResult() {
    return shown(Item::name);
  }

  private String shown(java.util.function.Function<Item, String> item) {
    return instances().stream()
        .map(instance -> {
          List<String> parts = new ArrayList<>();
          for (int i = 0; i < names.size(); i++) {
            List<Item> items = instance.get(i).items();
            if (!items.isEmpty()) {
              parts.add(
                  names.get(i)
                      + items.stream().map(item).collect(Collectors.joining(",", "{", "}")));
            }
          }
          return "(" + String.join(";", parts) + ")";
        })
        .collect(Collectors.joining(" "));
  }
}
