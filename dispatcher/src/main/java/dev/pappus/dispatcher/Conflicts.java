package dev.pappus.dispatcher;

import dev.pappus.dispatcher.RegistrySnapshot.CommunicationEntry;
import dev.pappus.dispatcher.RegistrySnapshot.CompositionEntry;
import dev.pappus.dispatcher.RegistrySnapshot.Entry;
import dev.pappus.dispatcher.RegistrySnapshot.FunctionEntry;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Signature;
import java.util.ArrayList;
import java.util.List;

/** The ways in which a registration can clash with what is registered. */
final class Conflicts {
  private Conflicts() {}

  /** The name belongs to something of another kind. */
  static ProblemException otherKind(String kind, Entry holder) {
    return conflict(
        Problem.of(
                ProblemCode.NAME_CONFLICT,
                "the name '%s' belongs to a %s already",
                holder.name(),
                kindOf(holder))
            .withHint("give the " + kind + " another name"),
        holder.name());
  }

  private static String kindOf(Entry entry) {
    return switch (entry) {
      case FunctionEntry _ -> "function";
      case CompositionEntry _ -> "composition";
      case CommunicationEntry _ -> "communication function of the platform";
    };
  }

  /** The name holds other content, and replacing was not asked for. */
  static ProblemException otherContent(String kind, String name) {
    return conflict(
        Problem.of(
                ProblemCode.NAME_CONFLICT,
                "a %s '%s' with other content is registered already",
                kind,
                name)
            .withHint("replace it explicitly, or register under another name"),
        name);
  }

  /**
   * Refuses a replacement that changes sets which compositions refer to.
   *
   * @param replacedToo compositions that are replaced together with it
   */
  static void requireUsersFit(
      RegistrySnapshot snapshot, Entry old, Signature changed, List<String> replacedToo) {
    if (old.registered().signature().equals(changed)) {
      return;
    }
    List<String> users = new ArrayList<>(snapshot.usersOf(old.name()));
    users.removeAll(replacedToo);
    if (!users.isEmpty()) {
      throw conflict(
          Problem.of(
                  ProblemCode.IN_USE,
                  "replacing '%s' would change its sets from %s to %s, which compositions refer to:"
                      + " %s",
                  old.name(),
                  old.registered().signature(),
                  changed,
                  String.join(", ", users))
              .withHint("keep the set names and their order, or register under another name"),
          old.name());
    }
  }

  /** Refuses to delete what compositions apply. */
  static void requireUnused(RegistrySnapshot snapshot, String name) {
    List<String> users = snapshot.usersOf(name);
    if (!users.isEmpty()) {
      throw conflict(
          Problem.of(
                  ProblemCode.IN_USE,
                  "'%s' cannot be deleted, compositions use it: %s",
                  name,
                  String.join(", ", users))
              .withHint("delete them first, or replace them with ones that do not use it"),
          name);
    }
  }

  /** Refuses compositions that would contain themselves. */
  static void requireNoCycle(RegistrySnapshot next, List<String> names) {
    for (String name : names) {
      List<String> cycle = next.cycleThrough(name);
      if (!cycle.isEmpty()) {
        throw new ProblemException(
            Problem.of(
                    ProblemCode.COMPOSITION_INVALID,
                    "composition '%s' would contain itself: %s",
                    name,
                    String.join(" -> ", cycle))
                .withHint("compositions are finite graphs; break the circle")
                .withFunction(name));
      }
    }
  }

  private static ProblemException conflict(Problem problem, String name) {
    return new ProblemException(problem.withFunction(name));
  }
}
