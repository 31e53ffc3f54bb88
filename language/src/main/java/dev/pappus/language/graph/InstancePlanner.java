package dev.pappus.language.graph;

import dev.pappus.language.Application;
import dev.pappus.language.Composition;
import dev.pappus.language.Join;
import dev.pappus.language.PartitionSettings;
import dev.pappus.language.Partitioner;
import dev.pappus.language.SetUse;
import dev.pappus.language.Sharding;
import dev.pappus.language.graph.InstancePlan.Forecast;
import dev.pappus.language.graph.InstancePlan.PlannedItem;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Foretells the instances of an invocation. Inputs of the composition are known, and so is what is
 * surely skipped; sets that functions make are not, and whatever depends on them is a bound or a
 * rule. What is called exact is what {@link Partitioner} itself counts.
 */
public final class InstancePlanner {
  private final Composition composition;
  private final Function<String, List<Long>> minSetBytes;
  private final PartitionSettings settings;

  /** Items of each set; null where functions decide them. */
  private final List<@Nullable List<PlannedItem>> sets = new ArrayList<>();

  private InstancePlanner(
      Composition composition,
      Function<String, List<Long>> minSetBytes,
      PartitionSettings settings) {
    this.composition = composition;
    this.minSetBytes = minSetBytes;
    this.settings = settings;
  }

  /**
   * The plan of an invocation.
   *
   * @param inputs items of each input set, in the composition's order
   * @param minSetBytes for a callee the least bytes of each input that are worth an instance
   * @param settings what any-sets are cut for
   */
  public static InstancePlan plan(
      Composition composition,
      List<List<PlannedItem>> inputs,
      Function<String, List<Long>> minSetBytes,
      PartitionSettings settings) {
    return new InstancePlanner(composition, minSetBytes, settings).plan(inputs);
  }

  private InstancePlan plan(List<List<PlannedItem>> inputs) {
    for (int set = 0; set < composition.setNames().size(); set++) {
      sets.add(set < inputs.size() ? sorted(inputs.get(set)) : null);
    }
    @Nullable Forecast[] forecasts = new Forecast[composition.applications().size()];
    for (Application application : inOrderOfData()) {
      Forecast forecast = forecast(application);
      forecasts[application.index()] = forecast;
      if (forecast.isExact() && forecast.least() == 0) {
        application.outputs().forEach(set -> set.ifPresent(it -> sets.set(it, List.of())));
      }
    }
    List<Forecast> all = new ArrayList<>(forecasts.length);
    for (Forecast forecast : forecasts) {
      if (forecast != null) {
        all.add(forecast);
      }
    }
    return new InstancePlan(composition.name(), all);
  }

  /** As a run has them: stably by key. */
  private static List<PlannedItem> sorted(List<PlannedItem> items) {
    return items.stream().sorted(Comparator.comparing(PlannedItem::key)).toList();
  }

  private List<Application> inOrderOfData() {
    List<List<Application>> readers = new ArrayList<>();
    composition.setNames().forEach(name -> readers.add(new ArrayList<>(1)));
    int inputs = composition.signature().inputs().size();
    int[] waits = new int[composition.applications().size()];
    Deque<Application> ready = new ArrayDeque<>();
    for (Application application : composition.applications()) {
      for (Optional<SetUse> use : application.inputs()) {
        if (use.isPresent() && use.get().set() >= inputs) {
          readers.get(use.get().set()).add(application);
          waits[application.index()]++;
        }
      }
      if (waits[application.index()] == 0) {
        ready.add(application);
      }
    }
    List<Application> order = new ArrayList<>(waits.length);
    while (!ready.isEmpty()) {
      Application next = ready.remove();
      order.add(next);
      for (OptionalInt set : next.outputs()) {
        for (Application reader :
            set.isEmpty() ? List.<Application>of() : readers.get(set.getAsInt())) {
          if (--waits[reader.index()] == 0) {
            ready.add(reader);
          }
        }
      }
    }
    return order;
  }

  private Forecast forecast(Application application) {
    boolean unknownRequired = false;
    boolean unknownDealt = false;
    boolean any = false;
    List<List<PlannedItem>> inputs = new ArrayList<>(application.inputs().size());
    for (Optional<SetUse> input : application.inputs()) {
      List<PlannedItem> items = input.isEmpty() ? List.of() : sets.get(input.get().set());
      inputs.add(items == null ? List.of() : items);
      if (input.isPresent()) {
        SetUse use = input.get();
        if (items == null) {
          unknownRequired |= !use.optional();
          unknownDealt |= use.sharding() != Sharding.ALL;
        } else if (items.isEmpty() && !use.optional()) {
          return exactly(application, 0, "skipped: " + name(use) + " is empty");
        }
        any |= use.sharding() == Sharding.ANY_EACH || use.sharding() == Sharding.ANY_KEYED;
      }
    }
    String rule = rule(application);
    if (joinsUnknown(application)) {
      return new Forecast(application.index(), application.callee(), 0, OptionalLong.empty(), rule);
    }
    long known =
        Partitioner.count(application, inputs, minSetBytes.apply(application.callee()), settings);
    if (known == 0) {
      return exactly(application, 0, "none: the joined sets have no key in common");
    }
    // Cutting any-sets for further combinations may leave fewer pieces of them, but never none.
    long least = unknownRequired ? 0 : unknownDealt && any ? 1 : known;
    return new Forecast(
        application.index(),
        application.callee(),
        least,
        unknownDealt ? OptionalLong.empty() : OptionalLong.of(known),
        rule);
  }

  private static Forecast exactly(Application application, long count, String rule) {
    return new Forecast(
        application.index(), application.callee(), count, OptionalLong.of(count), rule);
  }

  private boolean joinsUnknown(Application application) {
    return application.join().stream()
        .flatMap(join -> join.chains().stream().flatMap(List::stream))
        .map(step -> application.inputs().get(step.parameter()))
        .anyMatch(use -> use.isPresent() && sets.get(use.get().set()) == null);
  }

  private String name(SetUse use) {
    return composition.setNames().get(use.set());
  }

  /** What multiplies, in words; then what would make it nothing. */
  private String rule(Application application) {
    List<String> factors = new ArrayList<>();
    boolean[] joined = new boolean[application.inputs().size()];
    boolean any = false;
    for (List<Join.Step> chain : application.join().map(Join::chains).orElse(List.of())) {
      StringBuilder text = new StringBuilder();
      for (Join.Step step : chain) {
        joined[step.parameter()] = true;
        text.append(text.isEmpty() ? "key of " : " " + step.kind().keyword() + " ");
        text.append(application.inputs().get(step.parameter()).map(this::name).orElse(""));
      }
      factors.add(text.toString());
    }
    List<String> unknown = new ArrayList<>();
    for (int i = 0; i < joined.length; i++) {
      Optional<SetUse> input = application.inputs().get(i);
      if (input.isPresent()) {
        SetUse use = input.get();
        any |= use.sharding() == Sharding.ANY_EACH || use.sharding() == Sharding.ANY_KEYED;
        if (!joined[i]) {
          factor(use).ifPresent(factors::add);
        }
        if (sets.get(use.set()) == null && !use.optional() && !unknown.contains(name(use))) {
          unknown.add(name(use));
        }
      }
    }
    return (factors.isEmpty() ? "one" : "one per " + String.join(" and ", factors))
        + (any ? ", or fewer as the platform finds best" : "")
        + (unknown.isEmpty() ? "" : "; none if " + String.join(" or ", unknown) + " is empty");
  }

  private Optional<String> factor(SetUse use) {
    return switch (use.sharding()) {
      case ALL -> Optional.empty();
      case EACH, ANY_EACH -> Optional.of("item of " + name(use));
      case KEYED, ANY_KEYED -> Optional.of("key of " + name(use));
    };
  }
}
