package dev.pappus.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A function of a project.
 *
 * @param name under which it is deployed
 * @param folder {@code functions/NAME}; may be absent if the entry says how to build it
 * @param entry what pappus.toml says of it
 */
record ProjectFunction(String name, Path folder, ProjectDescription.FunctionEntry entry) {

  /** What its sources are compiled to. */
  Target target() {
    return Target.of(entry.sandbox());
  }

  /** The source that a runtime runs as it is; null if the function is built. */
  @Nullable Path script(Project project) throws IOException {
    Path first = sources(project).stream().findFirst().orElse(null);
    return first == null || ScriptLanguage.of(first) == null ? null : first;
  }

  /** Its sources, the one with its name first; empty if a command builds it. */
  List<Path> sources(Project project) throws IOException {
    if (!entry.sources().isEmpty()) {
      return entry.sources().stream().map(each -> project.root().resolve(each)).toList();
    }
    if (entry.build() != null) {
      return List.of();
    }
    for (ScriptLanguage language : ScriptLanguage.values()) {
      List<Path> scripts = sources(language.ending());
      if (!scripts.isEmpty() && scripts.getFirst().endsWith(name + language.ending())) {
        return scripts;
      }
    }
    String main = name + ".c";
    List<Path> sources = sources(".c");
    if (sources.isEmpty()) {
      throw new CliException(
          ExitCode.USAGE,
          project.show(folder) + " has no source",
          "write "
              + project.show(folder.resolve(main))
              + ", or name what builds it with build ="
              + " \"COMMAND\" below [function."
              + name
              + "] in pappus.toml");
    }
    return sources;
  }

  private List<Path> sources(String ending) throws IOException {
    String main = name + ending;
    return files().stream()
        .filter(each -> each.toString().endsWith(ending))
        .sorted((a, b) -> Boolean.compare(b.endsWith(main), a.endsWith(main)))
        .toList();
  }

  /** What its folder holds, but for hidden files and backups, by path. */
  List<Path> files() throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).filter(this::counts).sorted().toList();
    }
  }

  private boolean counts(Path file) {
    for (Path part : folder.relativize(file)) {
      if (part.toString().startsWith(".") || part.toString().endsWith("~")) {
        return false;
      }
    }
    return true;
  }
}
