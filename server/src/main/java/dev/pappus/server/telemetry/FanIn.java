package dev.pappus.server.telemetry;

import dev.pappus.dispatcher.InstanceReport;
import dev.pappus.dispatcher.Registered;
import dev.pappus.language.Application;
import dev.pappus.language.Composition;
import dev.pappus.language.SetUse;
import dev.pappus.model.Namespace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Which instances an instance of an invocation consumed the outputs of, as far as reports and the
 * graph tell: those of every application that produced one of its inputs. One thread uses it.
 */
final class FanIn {
  /** Links of one span; more say nothing to a reader. */
  static final int LINKS_MAX = 32;

  private final Finished finished;
  private final BiFunction<Namespace, String, Optional<Registered>> registry;
  private final Map<String, List<Integer>> byApplication = new HashMap<>();
  private final Map<String, List<Integer>> byComposition = new HashMap<>();
  private final Map<String, List<Integer>> producers = new HashMap<>();

  /**
   * The links of one invocation.
   *
   * @param registry finds what is registered
   */
  FanIn(Finished finished, BiFunction<Namespace, String, Optional<Registered>> registry) {
    this.finished = finished;
    this.registry = registry;
    for (int i = 0; i < finished.instances().size(); i++) {
      String label = finished.instances().get(i).application();
      byApplication.computeIfAbsent(label, _ -> new ArrayList<>()).add(i);
      int slash = label.indexOf('/');
      if (slash > 0) {
        byComposition.computeIfAbsent(label.substring(0, slash), _ -> new ArrayList<>()).add(i);
      }
    }
  }

  /** Positions of the instances whose outputs {@code instance} consumed, at most 32. */
  List<Integer> of(InstanceReport instance) {
    return producers.computeIfAbsent(instance.application(), this::producersOf).stream()
        .filter(i -> Finished.endNanos(finished.instances().get(i)) <= instance.readyNanos())
        .limit(LINKS_MAX)
        .toList();
  }

  private List<Integer> producersOf(String label) {
    int slash = label.indexOf('/');
    int colon = label.indexOf(':', slash + 1);
    if (slash < 0 || colon < 0) {
      return List.of();
    }
    Composition composition = composition(label.substring(0, slash));
    int index = Integer.parseInt(label, slash + 1, colon, 10);
    if (composition == null
        || index >= composition.applications().size()
        || !label.endsWith(":" + composition.applications().get(index).callee())) {
      return List.of(); // not registered any more, or another by now
    }
    Set<Integer> instances = new LinkedHashSet<>();
    for (Optional<SetUse> use : composition.applications().get(index).inputs()) {
      use.ifPresent(used ->
          composition.applications().stream()
              .filter(each -> produces(each, used.set()))
              .forEach(producer -> instances.addAll(instancesOf(composition, producer))));
    }
    return List.copyOf(instances);
  }

  private @Nullable Composition composition(String name) {
    Composition oneShot = finished.oneShot();
    if (oneShot != null && oneShot.name().equals(name)) {
      return oneShot;
    }
    return registry.apply(finished.info().namespace(), name).orElse(null)
            instanceof Registered.OfComposition stored
        ? stored.composition()
        : null;
  }

  private static boolean produces(Application application, int set) {
    return application.outputs().stream()
        .anyMatch(output -> output.isPresent() && output.getAsInt() == set);
  }

  /** Those of a function; of a composition, all that ran in it. */
  private List<Integer> instancesOf(Composition composition, Application producer) {
    List<Integer> direct =
        byApplication.get(composition.name() + "/" + producer.index() + ":" + producer.callee());
    return direct != null ? direct : byComposition.getOrDefault(producer.callee(), List.of());
  }
}
