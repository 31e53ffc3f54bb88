package dev.pappus.language.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.language.AnySharding;
import dev.pappus.language.Applicability;
import dev.pappus.language.Application;
import dev.pappus.language.Composition;
import dev.pappus.language.OutputMerge;
import dev.pappus.language.PartitionSettings;
import dev.pappus.language.Partitioner;
import dev.pappus.language.Seeds;
import dev.pappus.language.graph.InstancePlan.Forecast;
import dev.pappus.language.graph.InstancePlan.PlannedItem;
import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

class InstancePlannerTest {
  private static final PartitionSettings SETTINGS =
      new PartitionSettings(AnySharding.DEFAULT, 4, 0);

  private static List<PlannedItem> items(long... keys) {
    return Arrays.stream(keys).mapToObj(key -> new PlannedItem(Key.of(key), 10)).toList();
  }

  private static InstancePlan plan(String text, List<List<PlannedItem>> inputs) {
    return InstancePlanner.plan(Graphs.compile(text), inputs, name -> List.of(), SETTINGS);
  }

  private static void assertForecast(
      InstancePlan plan, int index, long least, OptionalLong most, String rule) {
    Forecast forecast = plan.applications().get(index);
    assertThat(forecast).isEqualTo(new Forecast(index, forecast.callee(), least, most, rule));
  }

  @Test
  void inputsAreKnownAndWhatFunctionsMakeIsNot() {
    InstancePlan plan = plan(Graphs.COUNT_EVENTS, List.of(items(0, 0, 0), items(0)));
    assertForecast(plan, 0, 1, OptionalLong.of(1), "one");
    assertForecast(
        plan, 1, 0, OptionalLong.empty(), "one per item of to_fetch; none if to_fetch is empty");
    assertForecast(plan, 2, 0, OptionalLong.empty(), "one per item of logs; none if logs is empty");
    assertForecast(plan, 3, 0, OptionalLong.of(1), "one; none if counts is empty");
    assertThat(plan.least()).isEqualTo(1);
    assertThat(plan.most()).isEmpty();
  }

  @Test
  void anEmptyInputSkipsEverythingBelow() {
    InstancePlan plan = plan(Graphs.COUNT_EVENTS, List.of(items(), items(0)));
    assertForecast(plan, 0, 0, OptionalLong.of(0), "skipped: servers is empty");
    assertForecast(plan, 3, 0, OptionalLong.of(0), "skipped: counts is empty");
    assertThat(plan.most()).hasValue(0);
  }

  @Test
  void shardingOfInputsIsExact() {
    String text =
        """
        function f (a, b) => (x);
        composition c (m, n) => (o, p, q, r, s) {
            f (a = each m, b = keyed n) => (o = x);
            f (a = keyed m, b = keyed n) => (p = x) by a inner b;
            f (a = anyEach m, b = all n) => (q = x);
            f (a = keyed m, b = keyed n) => (r = x) by a full b;
            f (a = each m, b = optional all o) => (s = x);
        }
        """;
    InstancePlan plan = plan(text, List.of(items(1, 2, 2, 3, 9), items(7, 2, 2, 3)));
    assertForecast(plan, 0, 15, OptionalLong.of(15), "one per item of m and key of n");
    assertForecast(plan, 1, 2, OptionalLong.of(2), "one per key of m inner n");
    assertForecast(
        plan, 2, 4, OptionalLong.of(4), "one per item of m, or fewer as the platform finds best");
    assertForecast(plan, 3, 5, OptionalLong.of(5), "one per key of m full n");
    assertForecast(plan, 4, 5, OptionalLong.of(5), "one per item of m");
    assertThat(plan.least()).isEqualTo(31);
    InstancePlan apart = plan(text, List.of(items(1), items(2)));
    assertForecast(apart, 1, 0, OptionalLong.of(0), "none: the joined sets have no key in common");
  }

  @Test
  void whatCannotBeCountedIsSaturated() {
    StringBuilder text = new StringBuilder("function f (");
    StringBuilder uses = new StringBuilder();
    for (int i = 0; i < 16; i++) {
      text.append(i == 0 ? "" : ", ").append("p").append(i);
      uses.append(i == 0 ? "" : ", ").append("p").append(i).append(" = each x");
    }
    text.append(") => (o);\ncomposition c (x) => (y) { f (").append(uses).append(") => (y = o); }");
    InstancePlan plan = plan(text.toString(), List.of(items(new long[10_000])));
    assertThat(plan.least()).isEqualTo(Long.MAX_VALUE);
  }

  /** Runs random compositions with functions that answer at random, and counts. */
  @Test
  void noRunStartsMoreOrLessThanForetold() {
    int[] exact = new int[1];
    int[] all = new int[1];
    Seeds.forEach(
        400,
        (random, seed) -> {
          String text = Graphs.random(random, 1 + random.nextInt(6));
          Composition composition = Graphs.compile(text);
          List<DataSet> inputs = new ArrayList<>();
          for (String name : composition.signature().inputs()) {
            inputs.add(randomSet(random, name));
          }
          String mode = List.of("max", "fixed:3", "auto:2").get(random.nextInt(3));
          PartitionSettings settings = new PartitionSettings(AnySharding.parse(mode), 4, 0);
          List<Long> minimums = List.of((long) random.nextInt(9), 0L, 4L);
          InstancePlan plan =
              InstancePlanner.plan(
                  composition,
                  inputs.stream().map(InstancePlannerTest::shapes).toList(),
                  name -> minimums,
                  settings);
          long[] counts = run(composition, inputs, minimums, settings, random);
          for (Forecast each : plan.applications()) {
            String what = seed + ": " + each + " of\n" + text;
            long count = counts[each.index()];
            assertThat(count).as(what).isGreaterThanOrEqualTo(each.least());
            each.most().ifPresent(most -> assertThat(count).as(what).isLessThanOrEqualTo(most));
            exact[0] += each.isExact() ? 1 : 0;
            all[0]++;
          }
        });
    assertThat(exact[0]).isGreaterThan(all[0] / 5);
  }

  private static List<PlannedItem> shapes(DataSet set) {
    return set.items().stream().map(item -> new PlannedItem(item.key(), item.sizeBytes())).toList();
  }

  private static DataSet randomSet(Random random, String name) {
    List<Item> items = new ArrayList<>();
    int count = random.nextInt(4) == 0 ? 0 : random.nextInt(5);
    for (int i = 0; i < count; i++) {
      items.add(Item.of("i" + i, Key.of(random.nextInt(4)), new byte[random.nextInt(12)]));
    }
    return new DataSet(name, items);
  }

  /** Instances of each statement; what they leave is random. */
  private static long[] run(
      Composition composition,
      List<DataSet> inputs,
      List<Long> minimums,
      PartitionSettings settings,
      Random random) {
    List<DataSet> sets = new ArrayList<>();
    inputs.forEach(set -> sets.add(OutputMerge.merge(set.name(), List.of(set))));
    while (sets.size() < composition.setNames().size()) {
      sets.add(DataSet.empty(""));
    }
    long[] counts = new long[composition.applications().size()];
    for (Application application : composition.applications()) { // made in order of data
      List<DataSet> reads =
          application.inputs().stream()
              .map(use -> use.isPresent() ? sets.get(use.get().set()) : DataSet.empty(""))
              .toList();
      if (Applicability.of(application, reads) == Applicability.RUN) {
        counts[application.index()] =
            Partitioner.instances(application, reads, minimums, settings, 1_000_000).size();
      }
      if (counts[application.index()] > 0) {
        application
            .outputs()
            .forEach(set ->
                set.ifPresent(
                    it -> sets.set(it, OutputMerge.merge("", List.of(randomSet(random, ""))))));
      }
    }
    return counts;
  }
}
