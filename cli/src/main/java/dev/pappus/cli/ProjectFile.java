package dev.pappus.cli;

import dev.pappus.model.Limit;
import dev.pappus.model.Names;
import dev.pappus.model.Suggestion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * What {@code pappus.toml} says of a project. Settings of the command line and of nodes may stand
 * in the same file; they are not looked at here.
 *
 * @param name of the project
 * @param target what tests and {@code pappus dev} invoke; null if the file names none
 * @param functions what the file says of single functions
 */
record ProjectFile(String name, @Nullable String target, Map<String, FunctionEntry> functions) {
  static final String FILE = "pappus.toml";

  private static final List<String> PROJECT_KEYS = List.of("name", "target");
  private static final List<String> FUNCTION_KEYS =
      List.of("source", "build", "in", "out", "memory", "timeout");

  /** Tables and keys of a project; all others at the top are settings. */
  static final List<String> TOP_KEYS = List.of("version", "project", "function");

  /**
   * One {@code [function.NAME]}.
   *
   * @param sources C sources, relative to the project; empty means those of the function's folder
   * @param build a command that builds it instead of the C compiler
   * @param in input sets where the binary names none
   * @param out output sets where the binary names none
   * @param memory of its context, as it was written
   * @param timeout of one run, as it was written
   */
  record FunctionEntry(
      List<String> sources,
      @Nullable String build,
      List<String> in,
      List<String> out,
      @Nullable String memory,
      @Nullable String timeout) {
    static final FunctionEntry EMPTY =
        new FunctionEntry(List.of(), null, List.of(), List.of(), null, null);
  }

  ProjectFile {
    functions = Map.copyOf(functions);
  }

  /**
   * Reads {@code path}.
   *
   * @throws CliException USAGE naming all faults as {@code FILE:LINE:COLUMN: …}
   */
  static ProjectFile read(Path path) throws IOException {
    return new Reader(path).read(Toml.parse(path));
  }

  /** Whether the file has a {@code [project]}; false also where it is no TOML. */
  static boolean isProject(Path path) throws IOException {
    return Toml.parse(path).isTable("project");
  }

  /** Collects faults, so that all of them are seen at once. */
  private static final class Reader {
    private final Path path;
    private final List<String> faults = new ArrayList<>();

    Reader(Path path) {
      this.path = path;
    }

    ProjectFile read(TomlParseResult toml) {
      toml.errors().forEach(error -> fault(error.position(), String.valueOf(error.getMessage())));
      ProjectFile file = faults.isEmpty() ? project(toml) : null;
      if (file == null || !faults.isEmpty()) {
        throw new CliException(ExitCode.USAGE, String.join("\n", faults), null);
      }
      return file;
    }

    private ProjectFile project(TomlTable toml) {
      if (!Long.valueOf(1).equals(toml.get("version"))) {
        fault(
            toml.inputPositionOf(List.of("version")),
            "version must be 1, the only version of this format");
      }
      TomlTable project = table(toml, "project");
      requireKnown(project, "project", PROJECT_KEYS);
      TomlTable functions = table(toml, "function");
      Map<String, FunctionEntry> entries = new LinkedHashMap<>();
      for (String name : functions.keySet()) {
        if (!Names.isIdentifier(name)) {
          fault(
              functions.inputPositionOf(List.of(name)),
              "'" + Names.printable(name) + "' cannot name a function");
        }
        entries.put(name, function(table(functions, name), "function." + name));
      }
      String name = text(project, "project", "name");
      String target = text(project, "project", "target");
      if (target != null && !Names.isIdentifier(target)) {
        fault(
            project.inputPositionOf(List.of("target")),
            "project.target '" + Names.printable(target) + "' is no name");
      }
      Path folder = path.toAbsolutePath().getParent();
      return new ProjectFile(
          name == null ? String.valueOf(folder == null ? path : folder.getFileName()) : name,
          target,
          entries);
    }

    private FunctionEntry function(TomlTable table, String prefix) {
      requireKnown(table, prefix, FUNCTION_KEYS);
      String memory = text(table, prefix, "memory");
      requireLimit(table, prefix, "memory", Limit.CONTEXT_DEFAULT, memory);
      String timeout = text(table, prefix, "timeout");
      requireLimit(table, prefix, "timeout", Limit.FUNCTION_RUN, timeout);
      return new FunctionEntry(
          texts(table, prefix, "source"),
          text(table, prefix, "build"),
          texts(table, prefix, "in"),
          texts(table, prefix, "out"),
          memory,
          timeout);
    }

    private void requireLimit(
        TomlTable table, String prefix, String key, Limit limit, @Nullable String value) {
      if (value != null) {
        try {
          limit.parse(value);
        } catch (IllegalArgumentException e) {
          fault(table.inputPositionOf(List.of(key)), prefix + "." + key + " " + e.getMessage());
        }
      }
    }

    private TomlTable table(TomlTable in, String key) {
      Object value = in.get(List.of(key));
      if (value instanceof TomlTable table) {
        return table;
      }
      if (value != null) {
        fault(in.inputPositionOf(List.of(key)), "'" + key + "' must be a table");
      }
      return Toml.parse("");
    }

    private @Nullable String text(TomlTable table, String prefix, String key) {
      Object value = table.get(List.of(key));
      if (value == null || value instanceof String) {
        return (String) value;
      }
      fault(
          table.inputPositionOf(List.of(key)),
          prefix + "." + key + " must be a string in quotes, not " + value);
      return null;
    }

    private List<String> texts(TomlTable table, String prefix, String key) {
      Object value = table.get(List.of(key));
      if (value instanceof String text) {
        return List.of(text);
      }
      List<?> elements = value instanceof TomlArray array ? array.toList() : List.of();
      if (value != null
          && (elements.isEmpty() || !elements.stream().allMatch(String.class::isInstance))) {
        fault(
            table.inputPositionOf(List.of(key)),
            prefix + "." + key + " must be a string, or an array of strings");
        return List.of();
      }
      return elements.stream().map(Objects::toString).toList();
    }

    private void requireKnown(TomlTable table, String prefix, Collection<String> known) {
      for (String key : table.keySet()) {
        if (!known.contains(key)) {
          fault(
              table.inputPositionOf(List.of(key)),
              "unknown key '" + prefix + "." + key + "'" + Suggestion.didYouMean(key, known));
        }
      }
    }

    private void fault(@Nullable TomlPosition position, String message) {
      faults.add(
          position == null
              ? path + ": " + message
              : path + ":" + position.line() + ":" + position.column() + ": " + message);
    }
  }
}
