package dev.pappus.dispatcher;

import dev.pappus.communication.CommunicationFunction;
import dev.pappus.dispatcher.engine.FunctionCode;
import dev.pappus.dispatcher.store.FunctionRow;
import dev.pappus.language.Application;
import dev.pappus.language.SignatureLookup;
import dev.pappus.model.Signature;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is registered at one moment. Immutable: an invocation that keeps the snapshot it
 * started with sees one version of everything, whatever is registered meanwhile.
 */
final class RegistrySnapshot implements SignatureLookup {
  static final RegistrySnapshot EMPTY = new RegistrySnapshot(Map.of());

  private final Map<String, Entry> entries;

  /** The entries by name; made when first asked for. */
  private volatile @Nullable List<Entry> sorted;

  private RegistrySnapshot(Map<String, Entry> entries) {
    this.entries = entries;
  }

  /** A snapshot of {@code entries}, which the caller gives up. */
  static RegistrySnapshot over(Map<String, Entry> entries) {
    return new RegistrySnapshot(entries);
  }

  /** One version of something registered. */
  sealed interface Entry {
    /** What lists show of it. */
    Registered registered();

    default String name() {
      return registered().name();
    }
  }

  /**
   * A compute function.
   *
   * @param spec its specification, ready to run
   * @param code its binary
   * @param row how it is stored
   * @param earlier the versions before it, the latest first
   */
  record FunctionEntry(
      Registered.Function registered,
      RunnableSpec spec,
      FunctionCode code,
      FunctionRow row,
      List<KeptVersion> earlier)
      implements Entry {
    FunctionEntry {
      earlier = List.copyOf(earlier);
    }
  }

  /**
   * A composition.
   *
   * @param plan how its sets flow
   */
  record CompositionEntry(Registered.OfComposition registered, CompositionPlan plan)
      implements Entry {}

  /** A communication function. */
  record CommunicationEntry(Registered.Communication registered, CommunicationFunction function)
      implements Entry {}

  /** This snapshot with {@code added} in place of what had their names. */
  RegistrySnapshot with(Collection<? extends Entry> added) {
    Map<String, Entry> all = new HashMap<>(entries);
    for (Entry entry : added) {
      all.put(entry.name(), entry);
    }
    return new RegistrySnapshot(all);
  }

  /** This snapshot without what has {@code name}. */
  RegistrySnapshot without(String name) {
    Map<String, Entry> all = new HashMap<>(entries);
    all.remove(name);
    return new RegistrySnapshot(all);
  }

  /** How many entries there are. */
  int size() {
    return entries.size();
  }

  /**
   * What {@code name} names, or null: a name alone its current version, {@code NAME@sha256:DIGITS}
   * the version of a function.
   *
   * @throws dev.pappus.model.ProblemException as {@link FunctionVersions#find} does
   */
  @Nullable Entry find(String name) {
    Entry entry = entries.get(name);
    return entry == null && FunctionReference.isVersion(name)
        ? FunctionVersions.find(this, FunctionReference.parse(name))
        : entry;
  }

  /** The current version of what {@code name} names, or null. */
  @Nullable Entry current(String name) {
    return entries.get(name);
  }

  /** Everything, by name. */
  List<Entry> all() {
    List<Entry> known = sorted;
    if (known == null) {
      // Written out, as those of Comparator can be serialized, which the JVM's cache does not hold,
      // and a node that finds compositions in its folder needs it to start.
      known = entries.values().stream().sorted((a, b) -> a.name().compareTo(b.name())).toList();
      sorted = known;
    }
    return known;
  }

  /** Names of the compositions that apply {@code name}, sorted. */
  List<String> usersOf(String name) {
    Set<String> users = new TreeSet<>();
    for (Entry entry : entries.values()) {
      if (entry instanceof CompositionEntry composition && applies(composition, name)) {
        users.add(entry.name());
      }
    }
    return List.copyOf(users);
  }

  private static boolean applies(CompositionEntry composition, String name) {
    return composition.registered().composition().applications().stream()
        .anyMatch(application -> application.callee().equals(name));
  }

  /** Names on a cycle of compositions through {@code name}, from it to itself; empty if none. */
  List<String> cycleThrough(String name) {
    Map<String, String> reachedFrom = new HashMap<>();
    Deque<String> left = new ArrayDeque<>(List.of(name));
    while (!left.isEmpty()) {
      String user = left.remove();
      if (entries.get(user) instanceof CompositionEntry composition) {
        for (Application application : composition.registered().composition().applications()) {
          String callee = application.callee();
          if (reachedFrom.putIfAbsent(callee, user) == null) {
            left.add(callee);
          }
        }
      }
    }
    return wayBack(name, reachedFrom);
  }

  private static List<String> wayBack(String name, Map<String, String> reachedFrom) {
    String step = reachedFrom.get(name);
    if (step == null) {
      return List.of();
    }
    List<String> path = new ArrayList<>(List.of(name));
    while (step != null && !step.equals(name)) {
      path.add(step);
      step = reachedFrom.get(step);
    }
    path.add(name);
    return path.reversed();
  }

  @Override
  public Optional<Signature> signature(String name) {
    return Optional.ofNullable(entries.get(name)).map(entry -> entry.registered().signature());
  }

  @Override
  public Collection<String> names() {
    return entries.keySet();
  }
}
