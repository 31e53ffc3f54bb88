package dev.pappus.dispatcher;

import dev.pappus.dispatcher.RegistrySnapshot.Entry;
import dev.pappus.dispatcher.RegistrySnapshot.FunctionEntry;
import dev.pappus.model.Digest;
import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Suggestion;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds functions and their versions in a snapshot. */
final class FunctionVersions {
  private FunctionVersions() {}

  /**
   * The current version of a function.
   *
   * @throws ProblemException with UNKNOWN_INVOCABLE
   */
  static FunctionEntry current(RegistrySnapshot snapshot, String name) {
    Entry entry = snapshot.current(name);
    if (entry instanceof FunctionEntry function) {
      return function;
    }
    throw new ProblemException(
        Problem.of(
                ProblemCode.UNKNOWN_INVOCABLE,
                entry == null ? "no function '%s' is registered%s" : "'%s' is no compute function",
                Names.printable(name),
                Suggestion.didYouMean(name, snapshot.names()))
            .withHint("'pappus ls' lists what is registered")
            .withFunction(Names.printable(name)));
  }

  /**
   * The version that {@code reference} names.
   *
   * @throws ProblemException with UNKNOWN_INVOCABLE, UNKNOWN_VERSION, STORAGE_FAILED, or
   *     BAD_REQUEST if several versions begin with its digits
   */
  static FunctionEntry find(RegistrySnapshot snapshot, FunctionReference reference) {
    FunctionEntry now = current(snapshot, reference.name());
    String digits = reference.digits();
    if (digits == null) {
      return now;
    }
    List<KeptVersion> found =
        now.earlier().stream().filter(kept -> kept.version().hex().startsWith(digits)).toList();
    boolean isCurrent = now.registered().version().hex().startsWith(digits);
    int count = found.size() + (isCurrent ? 1 : 0);
    if (count == 1) {
      return isCurrent ? now : found.getFirst().entry();
    }
    Problem problem =
        count == 0
            ? Problem.of(
                    ProblemCode.UNKNOWN_VERSION,
                    "'%s' has no version sha256:%s",
                    reference.name(),
                    digits)
                .withHint("GET /v1/functions/" + reference.name() + "/versions lists what is kept")
            : Problem.of(
                    ProblemCode.BAD_REQUEST,
                    "%d versions of '%s' begin with sha256:%s",
                    count,
                    reference.name(),
                    digits)
                .withHint("give more digits");
    throw new ProblemException(problem.withFunction(reference.name()));
  }

  /**
   * The version that was current before the current one.
   *
   * @throws ProblemException with UNKNOWN_INVOCABLE, UNKNOWN_VERSION or STORAGE_FAILED
   */
  static FunctionEntry previous(RegistrySnapshot snapshot, String name) {
    List<KeptVersion> earlier = current(snapshot, name).earlier();
    if (earlier.isEmpty()) {
      throw new ProblemException(
          Problem.of(ProblemCode.UNKNOWN_VERSION, "'%s' has no earlier version", name)
              .withHint("deploy the binary that you want to go back to")
              .withFunction(name));
    }
    return earlier.getFirst().entry();
  }

  /**
   * The versions before {@code version} once it has taken the place of {@code old}.
   *
   * @param most how many at most
   */
  static List<KeptVersion> before(
      Digest version, @Nullable FunctionEntry old, RegistryState state, int most) {
    if (old == null) {
      return List.of();
    }
    KeptVersion replaced = new KeptVersion(old.row(), state.backends(), state.folder().blobs());
    return Stream.concat(Stream.of(replaced), old.earlier().stream())
        .filter(kept -> !kept.version().equals(version))
        .limit(most)
        .toList();
  }
}
