package dev.pappus.server.telemetry;

import dev.pappus.dispatcher.InstanceReport;
import dev.pappus.dispatcher.Registered;
import dev.pappus.language.Application;
import dev.pappus.language.Composition;
import dev.pappus.language.SetUse;
import dev.pappus.model.Namespace;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;

/**
 * Which instances an instance of an invocation consumed the outputs of, as far as reports and the
 * graphs tell: those of every application that produced one of its inputs, looked for inside and
 * outside of nested compositions. One thread uses it.
 */
final class FanIn {
  /** Links of one span; more say nothing to a reader. */
  static final int LINKS_MAX = 32;

  private final List<InstanceReport> instances;
  private final Map<String, Composition> graphs;
  private final Map<String, List<Integer>> byApplication = new HashMap<>();
  private final Map<String, List<Integer>> producers = new HashMap<>();

  /** A set of a composition. */
  private record Place(String composition, int set) {}

  /**
   * The links of one invocation.
   *
   * @param registry finds what is registered
   */
  FanIn(Finished finished, BiFunction<Namespace, String, Optional<Registered>> registry) {
    instances = finished.instances();
    for (int i = 0; i < instances.size(); i++) {
      byApplication.computeIfAbsent(instances.get(i).application(), _ -> new ArrayList<>()).add(i);
    }
    boolean composed = byApplication.keySet().stream().anyMatch(label -> label.indexOf('/') > 0);
    graphs = composed ? graphsOf(finished, registry) : Map.of();
  }

  /** The compositions that the invocation may have run, by name. */
  private static Map<String, Composition> graphsOf(
      Finished finished, BiFunction<Namespace, String, Optional<Registered>> registry) {
    Map<String, Composition> graphs = new HashMap<>();
    Deque<Composition> left = new ArrayDeque<>();
    if (finished.oneShot() != null) {
      left.add(finished.oneShot());
    } else {
      registered(finished, finished.info().target(), registry).ifPresent(left::add);
    }
    for (Composition next = left.poll(); next != null; next = left.poll()) {
      if (graphs.putIfAbsent(next.name(), next) == null) {
        for (Application application : next.applications()) {
          registered(finished, application.callee(), registry).ifPresent(left::add);
        }
      }
    }
    return graphs;
  }

  private static Optional<Composition> registered(
      Finished finished,
      String name,
      BiFunction<Namespace, String, Optional<Registered>> registry) {
    return registry.apply(finished.info().namespace(), name).orElse(null)
            instanceof Registered.OfComposition stored
        ? Optional.of(stored.composition())
        : Optional.empty();
  }

  /** Positions of the instances whose outputs {@code instance} consumed, at most 32. */
  List<Integer> of(InstanceReport instance) {
    return producers.computeIfAbsent(instance.application(), this::producersOf).stream()
        .filter(i -> Finished.endNanos(instances.get(i)) <= instance.readyNanos())
        .limit(LINKS_MAX)
        .toList();
  }

  private List<Integer> producersOf(String label) {
    int slash = label.indexOf('/');
    int colon = label.indexOf(':', slash + 1);
    if (slash < 0 || colon < 0) {
      return List.of();
    }
    Composition composition = graphs.get(label.substring(0, slash));
    int index = Integer.parseInt(label, slash + 1, colon, 10);
    if (composition == null
        || index >= composition.applications().size()
        || !label.endsWith(":" + composition.applications().get(index).callee())) {
      return List.of(); // not registered any more, or another by now
    }
    Set<Integer> found = new TreeSet<>();
    Set<Place> seen = new HashSet<>();
    for (Optional<SetUse> use : composition.applications().get(index).inputs()) {
      use.ifPresent(used -> collect(composition, used.set(), seen, found));
    }
    return List.copyOf(found);
  }

  /** Adds the instances that a set may come from. */
  private void collect(Composition composition, int set, Set<Place> seen, Set<Integer> found) {
    if (!seen.add(new Place(composition.name(), set))) {
      return;
    }
    for (Application application : composition.applications()) {
      int output = application.outputs().indexOf(OptionalInt.of(set));
      if (output >= 0) {
        collectProducer(composition, application, output, seen, found);
      }
    }
    if (set < composition.signature().inputs().size()) {
      collectCallers(composition, set, seen, found);
    }
  }

  private void collectProducer(
      Composition composition,
      Application producer,
      int output,
      Set<Place> seen,
      Set<Integer> found) {
    Composition nested = graphs.get(producer.callee());
    if (nested == null) {
      String label = composition.name() + "/" + producer.index() + ":" + producer.callee();
      found.addAll(byApplication.getOrDefault(label, List.of()));
    } else if (output < nested.outputs().size()) {
      collect(nested, nested.outputs().get(output), seen, found);
    }
  }

  /** An input of a nested composition comes from wherever that composition is applied. */
  private void collectCallers(Composition nested, int input, Set<Place> seen, Set<Integer> found) {
    for (Composition caller : graphs.values()) {
      for (Application application : caller.applications()) {
        if (application.callee().equals(nested.name()) && input < application.inputs().size()) {
          application.inputs().get(input).ifPresent(use -> collect(caller, use.set(), seen, found));
        }
      }
    }
  }
}
