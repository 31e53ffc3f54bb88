package dev.pappus.server.api;

import dev.pappus.model.Names;
import dev.pappus.model.Suggestion;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.filter.FilteringGeneratorDelegate;
import tools.jackson.core.filter.TokenFilter;

/**
 * Which members of each function a list shows: a list of thousands is long, and most readers look
 * at a few columns of it.
 *
 * @param names their names; null is all
 */
record FunctionFields(@Nullable Set<String> names) {
  static final FunctionFields ALL = new FunctionFields(null);

  /** The query parameter. */
  static final String PARAMETER = "fields";

  /** What {@link FunctionJson#summary} writes. */
  private static final List<String> KNOWN =
      List.of(
          "name",
          "inputs",
          "outputs",
          "kind",
          "version",
          "memoryBytes",
          "timeout",
          "binary",
          "binaryBytes",
          "sandbox",
          "deployed");

  /**
   * Those that the query names, with commas between.
   *
   * @throws dev.pappus.model.ProblemException with BAD_REQUEST
   */
  static FunctionFields of(Map<String, List<String>> query) {
    String text = QueryParameters.last(query, PARAMETER);
    if (text == null) {
      return ALL;
    }
    List<String> names = List.of(text.split(",", -1));
    for (String each : names) {
      if (!KNOWN.contains(each)) {
        throw QueryParameters.bad(
            "functions have no field '%s'%s"
                .formatted(Names.printable(each), Suggestion.didYouMean(each, KNOWN)),
            "the fields are " + String.join(", ", KNOWN));
      }
    }
    return new FunctionFields(Set.copyOf(names));
  }

  /** What writes objects without the other members to {@code json}. */
  JsonGenerator only(JsonGenerator json) {
    Set<String> wanted = names;
    if (wanted == null) {
      return json;
    }
    TokenFilter filter =
        new TokenFilter() {
          @Override
          public @Nullable TokenFilter includeProperty(String name) {
            return wanted.contains(name) ? TokenFilter.INCLUDE_ALL : null;
          }
        };
    return new FilteringGeneratorDelegate(
        json, filter, TokenFilter.Inclusion.INCLUDE_NON_NULL, true);
  }

  /** The query parameter with these, to be put behind others; empty if it was absent. */
  String parameter() {
    return names == null
        ? ""
        : "&" + PARAMETER + "=" + String.join(",", names.stream().sorted().toList());
  }
}
