package dev.pappus.cli;

import dev.pappus.model.Limit;
import dev.pappus.model.Suggestion;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the first lines of a source say of the function that it is: comments {@code # pappus:
 * in=logs out=result memory=64MiB}.
 *
 * @param description sets, memory and time
 * @param runtime what is to run it; null if any that can
 */
record ScriptHeader(FunctionDescription description, @Nullable String runtime) {
  /** Beyond these lines nobody looks for it. */
  private static final int LINES = 20;

  private static final List<String> KEYS = List.of("in", "out", "memory", "timeout", "runtime");

  /**
   * Reads it.
   *
   * @throws CliException USAGE naming the line where it is not written as it must be
   */
  static ScriptHeader of(Path path, String text, ScriptLanguage language) {
    Map<String, String> values = new TreeMap<>();
    List<String> lines = text.lines().limit(LINES).toList();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.startsWith(language.comment())) {
        String comment = line.substring(language.comment().length()).strip();
        if (comment.startsWith("pappus:")) {
          read(path + ":" + (i + 1), comment.substring("pappus:".length()).strip(), values);
        }
      }
    }
    return new ScriptHeader(
        new FunctionDescription(
            null,
            sets(values.get("in")),
            sets(values.get("out")),
            Map.of(),
            values.get("memory"),
            values.get("timeout"),
            null,
            null,
            null,
            Map.of()),
        values.get("runtime"));
  }

  private static void read(String place, String words, Map<String, String> values) {
    for (String word : words.split("\\s+", -1)) {
      int equals = word.indexOf('=');
      String key = equals < 0 ? word : word.substring(0, equals);
      if (equals < 0 || !KEYS.contains(key)) {
        throw new CliException(
            ExitCode.USAGE,
            place
                + ": '"
                + ProblemText.printable(word)
                + "' says nothing of a function"
                + Suggestion.didYouMean(key, KEYS),
            "write it like: pappus: in=logs,names out=result memory=64MiB timeout=2s");
      }
      String value = word.substring(equals + 1);
      try {
        switch (key) {
          case "memory" -> Limit.CONTEXT_DEFAULT.parse(value);
          case "timeout" -> Limit.FUNCTION_RUN.parse(value);
          default -> {
            // Names are checked where they are used.
          }
        }
      } catch (IllegalArgumentException e) {
        throw new CliException(ExitCode.USAGE, place + ": " + e.getMessage(), null);
      }
      if (values.put(key, value) != null) {
        throw new CliException(ExitCode.USAGE, place + ": '" + key + "' is said twice", null);
      }
    }
  }

  private static @Nullable List<String> sets(@Nullable String value) {
    return value == null ? null : value.isEmpty() ? List.of() : List.of(value.split(",", -1));
  }
}
