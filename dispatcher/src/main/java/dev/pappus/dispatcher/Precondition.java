package dev.pappus.dispatcher;

import dev.pappus.model.Digest;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What must hold of a name for a change to be made; looked at together with the change. */
public sealed interface Precondition {
  /** Nothing. */
  record None() implements Precondition {}

  /** Something is registered. */
  record Exists() implements Precondition {}

  /** Nothing is registered. */
  record Absent() implements Precondition {}

  /**
   * One of these versions is the current one.
   *
   * @param versions the versions
   */
  record Current(List<Digest> versions) implements Precondition {
    public Current {
      versions = List.copyOf(versions);
    }
  }

  /**
   * Checks {@code name}.
   *
   * @param current its current version, or null if there is none
   * @throws ProblemException with PRECONDITION_FAILED
   */
  default void require(String name, @Nullable Digest current) {
    boolean holds =
        switch (this) {
          case None _ -> true;
          case Exists _ -> current != null;
          case Absent _ -> current == null;
          case Current expected -> current != null && expected.versions().contains(current);
        };
    if (!holds) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.PRECONDITION_FAILED,
                  current == null ? "nothing is registered as '%s'" : "'%s' is at %s now",
                  name,
                  current)
              .withHint("look at what is there, and send the request again if it is still meant")
              .withFunction(name));
    }
  }
}
