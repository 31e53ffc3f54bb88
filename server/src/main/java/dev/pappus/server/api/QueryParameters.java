package dev.pappus.server.api;

import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.model.Suggestion;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What stands behind the question mark of a path. */
final class QueryParameters {
  private QueryParameters() {}

  /** Refuses parameters that would be ignored. */
  static void requireKnown(Map<String, List<String>> query, List<String> known) {
    for (String parameter : query.keySet()) {
      if (!known.contains(parameter)) {
        throw bad(
            "parameter '%s' is not known%s"
                .formatted(Names.printable(parameter), Suggestion.didYouMean(parameter, known)),
            known.isEmpty()
                ? "the path takes no parameters"
                : "the parameters are " + String.join(", ", known));
      }
    }
  }

  /** The value of a parameter, the last if it occurs more than once; null if it does not. */
  static @Nullable String last(Map<String, List<String>> query, String parameter) {
    List<String> values = query.getOrDefault(parameter, List.of());
    return values.isEmpty() ? null : values.getLast();
  }

  /** That a parameter's value is none. */
  static ProblemException bad(String detail, String hint) {
    return new ProblemException(Problem.of(ProblemCode.BAD_REQUEST, "%s", detail).withHint(hint));
  }
}
