package dev.pappus.cli;

import dev.pappus.model.ItemPath;
import dev.pappus.model.Key;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A source file that is a function: the binary is its runtime, the source itself and the runtime's
 * library are items of a static set.
 *
 * @param path where it lies, for messages
 * @param language that it is written in
 * @param source its text
 */
record Script(Path path, ScriptLanguage language, SourceFile source) {
  /** The static set with everything that an interpreter reads. */
  static final String LIBRARY = "lib";

  private static final String STDIO = "stdio";

  /** The script that {@code file} is, by its name; null if it is something else. */
  static @Nullable Script read(Path shown, Path file) throws IOException {
    ScriptLanguage language = ScriptLanguage.of(file);
    return language == null
        ? null
        : new Script(shown, language, SourceFile.ofText(shown, SourceFile.readBytes(file)));
  }

  /** What its first lines say. */
  ScriptHeader header() {
    return ScriptHeader.of(path, source.text(), language);
  }

  /**
   * The function.
   *
   * @param said what is said of it beside its header
   * @param runtime the name of what shall run it; null is the best that is there
   * @throws CliException NOT_FOUND saying how to get one, if no runtime is there
   */
  FunctionSource function(Runtimes runtimes, FunctionDescription said, @Nullable String runtime)
      throws IOException {
    ScriptHeader header = header();
    InstalledRuntime chosen = runtime(runtimes, runtime != null ? runtime : header.runtime());
    FunctionDescription asked = said.over(header.description());
    List<String> inputs = asked.inputs();
    Set<String> sets = new LinkedHashSet<>(inputs == null ? List.of(STDIO) : inputs);
    asked.statics().keySet().forEach(item -> sets.add(ItemPath.parse(item).set()));
    sets.add(LIBRARY);
    List<String> outputs = asked.outputs();
    FunctionDescription ofRuntime =
        new FunctionDescription(
            SourceFile.identifier(path),
            null,
            null,
            library(chosen, asked.statics()),
            chosen.memory(),
            null,
            null,
            arguments(chosen, asked.arguments()),
            null,
            Map.of());
    FunctionDescription all =
        new FunctionDescription(
                asked.name(),
                List.copyOf(sets),
                outputs == null ? List.of(STDIO) : outputs,
                asked.statics(),
                asked.memory(),
                asked.timeout(),
                asked.sandbox(),
                null,
                asked.snapshot(),
                asked.minSetBytes())
            .over(ofRuntime);
    SourceFile binary = SourceFile.ofBinary(path, chosen.binary().read());
    return FunctionSource.of(binary, all);
  }

  private InstalledRuntime runtime(Runtimes runtimes, @Nullable String name) {
    List<String> fitting = name == null ? language.runtimes() : List.of(name);
    if (name != null && !language.runtimes().contains(name)) {
      throw new CliException(
          ExitCode.USAGE,
          path + ": the runtime '" + ProblemText.printable(name) + "' does not run it",
          "these do: " + String.join(", ", language.runtimes()));
    }
    for (String each : fitting) {
      InstalledRuntime found = runtimes.find(each);
      if (found != null) {
        return found;
      }
    }
    throw new CliException(
        ExitCode.NOT_FOUND,
        path + " wants the runtime " + String.join(" or ", fitting) + ", which is not here",
        fitting.stream()
            .map(each -> "pappus runtime add " + each)
            .collect(Collectors.joining(", or the smaller one: ", "build it: ", "")));
  }

  /** The static items that a runtime's library is. */
  private static Map<String, byte[]> library(InstalledRuntime runtime) throws IOException {
    Map<String, byte[]> items = new LinkedHashMap<>();
    for (Map.Entry<String, RuntimeFile> each : runtime.library().entrySet()) {
      items.put(item(Path.of(each.getKey())), each.getValue().read());
    }
    return items;
  }

  private Map<String, byte[]> library(InstalledRuntime runtime, Map<String, byte[]> own)
      throws IOException {
    Map<String, byte[]> items = library(runtime);
    for (String taken : own.keySet()) {
      requireFree(items, taken);
    }
    String source = item(path.getFileName());
    requireFree(items, source);
    items.put(source, this.source.bytes());
    return items;
  }

  private void requireFree(Map<String, byte[]> library, String item) {
    if (library.containsKey(item)) {
      throw new CliException(
          ExitCode.USAGE, path + ": " + item + " is a file of its runtime", "give it another name");
    }
  }

  /** The static item that the file {@code path} of the library is. */
  static String item(Path path) {
    return new ItemPath(LIBRARY, Key.ZERO, path.toString()).toString();
  }

  private List<String> arguments(InstalledRuntime runtime, @Nullable List<String> own) {
    List<String> words = new ArrayList<>(runtime.arguments());
    words.add("/" + LIBRARY + "/" + path.getFileName());
    words.addAll(own == null ? List.of() : own);
    return words;
  }
}
