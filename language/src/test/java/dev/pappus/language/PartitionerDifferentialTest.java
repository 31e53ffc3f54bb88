package dev.pappus.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * The partitioner against an evaluator that follows the definitions word by word: relations of rows
 * joined by nested loops, no merging, no ranges.
 */
class PartitionerDifferentialTest {
  private static final List<Sharding> SHARDINGS = List.of(Sharding.values());
  private static final List<JoinKind> KINDS = List.of(JoinKind.values());

  /** A row: for each parameter the items of one instance; null is absent. */
  private record Row(long key, List<List<Item>> items) {}

  @Test
  void finestSplitIsTheRelationalDefinition() {
    Seeds.forEach(
        5000,
        (random, seed) -> {
          Cases cases = random(random).mode("max");
          assertThat(items(cases.instances()))
              .as(seed)
              .isEqualTo(naive(cases.application(), cases.sets()));
        });
  }

  @Test
  void coarserSplitsCoverTheSameCombinationsOnce() {
    Seeds.forEach(
        5000,
        (random, seed) -> {
          Cases cases = random(random);
          List<List<List<Item>>> finest = items(cases.mode("max").instances());
          int target = 1 + random.nextInt(12);
          String mode = (random.nextBoolean() ? "fixed:" : "auto:") + target;
          List<List<DataSet>> coarse = cases.mode(mode).cores(1 + random.nextInt(8), 3).instances();
          assertThat(coarse.isEmpty()).as(seed).isEqualTo(finest.isEmpty());
          assertThat(coarse.size()).as(seed).isLessThanOrEqualTo(finest.size());
          if (isOneAxis(cases.application())) {
            for (int parameter = 0; parameter < cases.sets().size(); parameter++) {
              int p = parameter;
              List<Item> fromFinest = sorted(finest.stream().map(i -> i.get(p)).toList());
              List<Item> fromCoarse = sorted(items(coarse).stream().map(i -> i.get(p)).toList());
              assertThat(fromCoarse).as(seed).isEqualTo(fromFinest);
            }
          }
        });
  }

  /** With one axis every item stands in exactly one instance. */
  private static boolean isOneAxis(Application application) {
    boolean noAll =
        application.inputs().stream()
            .flatMap(java.util.Optional::stream)
            .noneMatch(use -> use.sharding() == Sharding.ALL);
    long joined =
        application
            .join()
            .filter(j -> j.chains().size() == 1)
            .map(j -> j.steps().size() + 1L)
            .orElse(1L);
    return noAll
        && joined == application.inputs().stream().flatMap(java.util.Optional::stream).count();
  }

  private static List<Item> sorted(List<List<Item>> lists) {
    return lists.stream()
        .flatMap(List::stream)
        .sorted(Comparator.comparingInt(System::identityHashCode))
        .toList();
  }

  private static Cases random(Random random) {
    Cases cases = new Cases();
    int parameters = 1 + random.nextInt(4);
    List<String> keyed = new ArrayList<>();
    boolean sameSharding = random.nextBoolean();
    Sharding shared = random.nextBoolean() ? Sharding.KEYED : Sharding.ANY_KEYED;
    List<Sharding> chosen = new ArrayList<>();
    for (int i = 0; i < parameters; i++) {
      String name = "p" + i;
      if (random.nextInt(8) == 0) {
        cases.absent(name);
        chosen.add(Sharding.ALL);
        continue;
      }
      Sharding sharding = sameSharding ? shared : SHARDINGS.get(random.nextInt(5));
      long[] keys = random.longs(random.nextInt(6), 0, 5).toArray();
      cases.sized(name, sharding, keys, random.longs(keys.length, 0, 9).toArray());
      cases.min(random.nextBoolean() ? 0 : random.nextLong(12));
      chosen.add(sharding);
      if (sharding == Sharding.KEYED || sharding == Sharding.ANY_KEYED) {
        keyed.add(name);
      }
    }
    if (keyed.size() > 1 && random.nextInt(4) > 0) {
      java.util.Collections.shuffle(keyed, random);
      StringBuilder by = new StringBuilder(keyed.getFirst());
      for (int i = 1; i < keyed.size(); i++) {
        boolean same = chosen.get(position(keyed.get(i))) == chosen.get(position(keyed.get(i - 1)));
        JoinKind kind = same ? KINDS.get(random.nextInt(5)) : JoinKind.CROSS;
        by.append(' ').append(kind.keyword()).append(' ').append(keyed.get(i));
      }
      cases.by(by.toString());
    }
    return cases;
  }

  private static int position(String name) {
    return Integer.parseInt(name.substring(1));
  }

  private static List<List<List<Item>>> items(List<List<DataSet>> instances) {
    return instances.stream().map(i -> i.stream().map(DataSet::items).toList()).toList();
  }

  private static List<List<List<Item>>> naive(Application application, List<DataSet> sets) {
    int width = sets.size();
    List<List<Row>> relations = new ArrayList<>();
    List<Integer> joined = new ArrayList<>();
    List<List<Join.Step>> chains = application.join().map(Join::chains).orElse(List.of());
    chains.forEach(chain -> chain.forEach(step -> joined.add(step.parameter())));
    for (Sharding first : List.of(Sharding.KEYED, Sharding.ANY_KEYED)) {
      for (List<Join.Step> chain : chains) {
        if (sharding(application, chain.getFirst().parameter()) == first
            && chain.stream().anyMatch(step -> !sets.get(step.parameter()).isEmpty())) {
          relations.add(naiveChain(chain, sets, width));
        }
      }
      for (int i = 0; i < width; i++) {
        boolean here =
            first == Sharding.KEYED
                ? sharding(application, i) == Sharding.KEYED
                : sharding(application, i) != Sharding.KEYED;
        if (!joined.contains(i) && here && !sets.get(i).isEmpty()) {
          relations.add(naiveSet(i, sharding(application, i), sets.get(i).items(), width));
        }
      }
    }
    List<Row> product = List.of(new Row(0, java.util.Collections.nCopies(width, List.of())));
    for (List<Row> relation : relations) {
      List<Row> next = new ArrayList<>();
      for (Row left : product) {
        for (Row right : relation) {
          next.add(new Row(0, union(left, right)));
        }
      }
      product = next;
    }
    return product.stream().map(Row::items).toList();
  }

  private static Sharding sharding(Application application, int parameter) {
    return application.inputs().get(parameter).map(SetUse::sharding).orElse(Sharding.ALL);
  }

  private static List<Row> naiveSet(int parameter, Sharding sharding, List<Item> items, int width) {
    return switch (sharding) {
      case ALL -> List.of(row(0, parameter, items, width));
      case EACH, ANY_EACH ->
          items.stream().map(item -> row(0, parameter, List.of(item), width)).toList();
      case KEYED, ANY_KEYED -> {
        TreeSet<Long> keys = new TreeSet<>();
        items.forEach(item -> keys.add(item.key().value()));
        yield keys.stream()
            .map(key ->
                row(
                    key,
                    parameter,
                    items.stream().filter(item -> item.key().value() == key).toList(),
                    width))
            .toList();
      }
    };
  }

  private static List<Row> naiveChain(List<Join.Step> chain, List<DataSet> sets, int width) {
    int start = chain.getFirst().parameter();
    List<Row> left = naiveSet(start, Sharding.KEYED, sets.get(start).items(), width);
    for (Join.Step step : chain.subList(1, chain.size())) {
      List<Item> items = sets.get(step.parameter()).items();
      List<Row> right = naiveSet(step.parameter(), Sharding.KEYED, items, width);
      List<Row> result = new ArrayList<>();
      for (Row l : left) {
        for (Row r : right) {
          if (l.key == r.key) {
            result.add(new Row(l.key, union(l, r)));
          }
        }
      }
      boolean keepLeft = step.kind() == JoinKind.LEFT || step.kind() == JoinKind.FULL;
      boolean keepRight = step.kind() == JoinKind.RIGHT || step.kind() == JoinKind.FULL;
      for (Row l : left) {
        if (keepLeft && right.stream().noneMatch(r -> r.key == l.key)) {
          result.add(l);
        }
      }
      for (Row r : right) {
        List<Row> before = left;
        if (keepRight && before.stream().noneMatch(l -> l.key == r.key)) {
          result.add(r);
        }
      }
      result.sort(Comparator.comparingLong(Row::key));
      left = result;
    }
    return left;
  }

  private static Row row(long key, int parameter, List<Item> items, int width) {
    List<List<Item>> slots = new ArrayList<>(java.util.Collections.nCopies(width, List.of()));
    slots.set(parameter, items);
    return new Row(key, slots);
  }

  private static List<List<Item>> union(Row a, Row b) {
    List<List<Item>> result = new ArrayList<>();
    for (int i = 0; i < a.items.size(); i++) {
      result.add(a.items.get(i).isEmpty() ? b.items.get(i) : a.items.get(i));
    }
    return result;
  }

  @Test
  void theCutFollowsItsDefinition() {
    Seeds.forEach(
        3000,
        (random, seed) -> {
          long[] sizes = random.longs(1 + random.nextInt(12), 0, 9).toArray();
          int count = 1 + random.nextInt(sizes.length);
          long min = random.nextBoolean() ? 0 : random.nextLong(1, 20);
          long[] keys = new long[sizes.length];
          Cases cases = new Cases().sized("A", Sharding.ANY_EACH, keys, sizes);
          int[][] pieces = Axis.each(0, cases.sets().getFirst().items(), true).cut(count, min);
          assertThat(Arrays.stream(pieces).flatMapToInt(Arrays::stream).sorted().toArray())
              .as(seed)
              .isEqualTo(java.util.stream.IntStream.range(0, sizes.length).toArray());
          assertThat(pieces.length).as(seed).isBetween(1, count);
          if (min == 0) {
            assertThat(pieces.length).as(seed).isEqualTo(count);
          } else {
            for (int i = 0; i + 1 < pieces.length; i++) {
              assertThat(Arrays.stream(pieces[i]).mapToLong(row -> sizes[row]).sum())
                  .as(seed)
                  .isGreaterThanOrEqualTo(min);
            }
          }
        });
  }
}
