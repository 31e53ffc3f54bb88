package dev.pappus.server.compile;

import dev.pappus.model.Item;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** What sources have to be like before a compiler sees them. */
final class SourceFiles {
  /** A name with one of these would be more than one word of a command. */
  private static final Pattern NOT_IN_NAMES = Pattern.compile("[\"'\\\\\\p{Cntrl}]");

  private SourceFiles() {}

  /** Whether it is compiled, and not only included. */
  static boolean isUnit(Item source) {
    return source.name().endsWith(".c");
  }

  /**
   * Checks number, size and names.
   *
   * @throws ProblemException with BAD_REQUEST, BAD_NAME, TOO_MANY_ITEMS or PAYLOAD_TOO_LARGE
   */
  static void require(List<Item> sources, Limits limits) {
    if (sources.size() > limits.get(Limit.SOURCE_FILES)) {
      throw new ProblemException(
          limits.exceeded(
              ProblemCode.TOO_MANY_ITEMS, Limit.SOURCE_FILES, "the sources", sources.size()));
    }
    long bytes = 0;
    Set<String> names = new HashSet<>();
    for (Item source : sources) {
      requireName(source.name());
      if (!names.add(source.name())) {
        throw new ProblemException(
            Problem.of(
                    ProblemCode.BAD_NAME,
                    "there are two sources '%s'",
                    Names.printable(source.name()))
                .withHint("they lie in one folder for the compiler; rename one of them"));
      }
      bytes += source.sizeBytes() + source.name().getBytes(StandardCharsets.UTF_8).length;
    }
    if (bytes > limits.get(Limit.SOURCE_BYTES)) {
      throw new ProblemException(
          limits.exceeded(ProblemCode.PAYLOAD_TOO_LARGE, Limit.SOURCE_BYTES, "the sources", bytes));
    }
    if (sources.stream().noneMatch(SourceFiles::isUnit)) {
      throw new ProblemException(
          Problem.of(ProblemCode.BAD_REQUEST, "there is no file NAME.c among the sources")
              .withHint("send at least one: -F source/NAME.c=@FILE.c"));
    }
  }

  private static void requireName(String name) {
    Names.requireItemName(name);
    if (name.isEmpty() || NOT_IN_NAMES.matcher(name).find()) {
      throw new ProblemException(
          Problem.of(ProblemCode.BAD_NAME, "'%s' cannot name a source", Names.printable(name))
              .withHint("a name has no quotes, backslashes or control characters"));
    }
  }
}
