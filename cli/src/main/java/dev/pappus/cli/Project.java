package dev.pappus.cli;

import dev.pappus.model.Names;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder with {@code pappus.toml}, {@code functions/NAME/}, {@code app.dag} and {@code
 * tests/CASE/}. What it holds is looked up anew at each call.
 *
 * @param root the folder, absolute
 * @param file what its pappus.toml says
 */
record Project(Path root, ProjectFile file) {
  private static final String FUNCTIONS = "functions";

  /**
   * The project in {@code start} or in the nearest folder above it.
   *
   * @throws CliException NOT_FOUND if there is none, USAGE if its file has faults
   */
  static Project find(Path start) throws IOException {
    Path absolute = start.toAbsolutePath().normalize();
    for (Path folder = absolute; folder != null; folder = folder.getParent()) {
      Path file = folder.resolve(ProjectFile.FILE);
      if (Files.isRegularFile(file) && ProjectFile.isProject(file)) {
        return new Project(folder, ProjectFile.read(file));
      }
      if (folder.equals(absolute) && Files.isRegularFile(file)) {
        // Faults of the file at hand are told; a file of settings alone is passed by.
        ProjectFile.read(file);
      }
    }
    throw new CliException(
        ExitCode.NOT_FOUND,
        "no project here: neither "
            + absolute
            + " nor a folder above has a pappus.toml with"
            + " [project]",
        "make one with 'pappus new c NAME', or name its folder with --project");
  }

  /** The same folder, its pappus.toml read again. */
  Project reread() throws IOException {
    return new Project(root, ProjectFile.read(root.resolve(ProjectFile.FILE)));
  }

  /** Its functions: the folders below {@code functions}, and what pappus.toml names, by name. */
  List<ProjectFunction> functions() throws IOException {
    TreeSet<String> names = new TreeSet<>(file.functions().keySet());
    for (Path folder : folders(root.resolve(FUNCTIONS))) {
      String name = String.valueOf(folder.getFileName());
      if (!Names.isIdentifier(name)) {
        throw new CliException(
            ExitCode.USAGE,
            show(folder) + ": '" + Names.printable(name) + "' cannot name a function",
            "name the folder with a letter or '_' followed by letters, digits or '_'");
      }
      names.add(name);
    }
    List<ProjectFunction> functions = new ArrayList<>();
    for (String name : names) {
      functions.add(
          new ProjectFunction(
              name,
              root.resolve(FUNCTIONS).resolve(name),
              file.functions().getOrDefault(name, ProjectFile.FunctionEntry.EMPTY)));
    }
    return functions;
  }

  /** The text of its compositions; null if it has none. */
  @Nullable Path compositions() {
    Path dag = root.resolve("app.dag");
    return Files.isRegularFile(dag) ? dag : null;
  }

  /** What tests and dev invoke where nothing else is said. */
  String target() throws IOException {
    String named = file.target();
    if (named != null) {
      return named;
    }
    List<ProjectFunction> functions = functions();
    if (functions.size() == 1 && compositions() == null) {
      return functions.getFirst().name();
    }
    throw new CliException(
        ExitCode.USAGE,
        root.resolve(ProjectFile.FILE) + " does not say what to invoke",
        "add target = \"NAME\" to its [project]");
  }

  /** Folder of the test cases. */
  Path tests() {
    return root.resolve("tests");
  }

  /** Folder for what is built, and for nothing that cannot be built again. */
  Path buildFolder() {
    return root.resolve(".pappus").resolve("build");
  }

  /** {@code path} as seen from the project, if it lies in it. */
  Path show(Path path) {
    return path.startsWith(root) && !path.equals(root) ? root.relativize(path) : path;
  }

  /** The folders in {@code folder} that are not hidden, by name; none if it is absent. */
  static List<Path> folders(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(folder)) {
      return children
          .filter(Files::isDirectory)
          .filter(each -> !String.valueOf(each.getFileName()).startsWith("."))
          .sorted()
          .toList();
    }
  }
}
