package dev.pappus.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

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

  /** Its C sources, the one with its name first; empty if a command builds it. */
  List<Path> sources(Project project) throws IOException {
    if (!entry.sources().isEmpty()) {
      return entry.sources().stream().map(each -> project.root().resolve(each)).toList();
    }
    if (entry.build() != null) {
      return List.of();
    }
    String main = name + ".c";
    List<Path> sources =
        files().stream()
            .filter(each -> each.toString().endsWith(".c"))
            .sorted((a, b) -> Boolean.compare(b.endsWith(main), a.endsWith(main)))
            .toList();
    if (sources.isEmpty()) {
      throw new CliException(
          ExitCode.USAGE,
          project.show(folder) + " has no C source",
          "write "
              + project.show(folder.resolve(main))
              + ", or name what builds it with build ="
              + " \"COMMAND\" below [function."
              + name
              + "] in pappus.toml");
    }
    return sources;
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
