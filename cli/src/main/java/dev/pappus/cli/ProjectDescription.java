package dev.pappus.cli;

import dev.pappus.model.Limit;
import dev.pappus.model.Names;
import dev.pappus.model.ProblemException;
import dev.pappus.model.SandboxChoice;
import dev.pappus.server.settings.ProjectFile;
import dev.pappus.server.settings.TomlSection;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What {@code pappus.toml} says of a project, beside settings.
 *
 * @param name of the project
 * @param target what tests and {@code pappus dev} invoke; null if the file names none
 * @param functions what the file says of single functions
 */
record ProjectDescription(
    String name, @Nullable String target, Map<String, FunctionEntry> functions) {
  private static final List<String> PROJECT_KEYS = List.of("name", "target");
  private static final List<String> FUNCTION_KEYS =
      List.of(
          "source",
          "build",
          "in",
          "out",
          "memory",
          "timeout",
          "sandbox",
          "arguments",
          "snapshot",
          "runtime");

  /**
   * One {@code [function.NAME]}.
   *
   * @param sources C sources, relative to the project; empty means those of the function's folder
   * @param build a command that builds it instead of the C compiler
   * @param in input sets where the binary names none
   * @param out output sets where the binary names none
   * @param memory of its context, as it was written
   * @param timeout of one run, as it was written
   * @param sandbox what it is to run in
   * @param arguments words that a Linux program or a script gets; null if the file names none
   * @param snapshot whether its runs may begin where it first touches an input; null likewise
   * @param runtime what runs it if it is a script; null if any that can
   */
  record FunctionEntry(
      List<String> sources,
      @Nullable String build,
      List<String> in,
      List<String> out,
      @Nullable String memory,
      @Nullable String timeout,
      SandboxChoice sandbox,
      @Nullable List<String> arguments,
      @Nullable Boolean snapshot,
      @Nullable String runtime) {
    static final FunctionEntry EMPTY =
        new FunctionEntry(
            List.of(),
            null,
            List.of(),
            List.of(),
            null,
            null,
            SandboxChoice.AUTO,
            null,
            null,
            null);

    /** What it says to the node. */
    FunctionDescription description() {
      return new FunctionDescription(
          null,
          in.isEmpty() ? null : in,
          out.isEmpty() ? null : out,
          Map.of(),
          memory,
          timeout,
          sandbox == SandboxChoice.AUTO ? null : sandbox.text(),
          arguments,
          snapshot,
          Map.of());
    }
  }

  ProjectDescription {
    functions = Map.copyOf(functions);
  }

  /**
   * Reads {@code path}; empty if it describes no project.
   *
   * @throws dev.pappus.server.ConfigurationException naming all faults as {@code FILE:LINE:COLUMN:
   *     …}
   */
  static Optional<ProjectDescription> read(Path path) {
    ProjectFile file = ProjectFile.read(path);
    Optional<TomlSection> project = file.project();
    if (project.isEmpty()) {
      file.throwIfFaulty();
      return Optional.empty();
    }
    ProjectDescription description = of(file, project.get());
    file.throwIfFaulty();
    return Optional.of(description);
  }

  private static ProjectDescription of(ProjectFile file, TomlSection project) {
    project.requireKnown(PROJECT_KEYS);
    String target = project.text("target").orElse(null);
    if (target != null && !Names.isIdentifier(target)) {
      project.fault(
          "target", "'" + Names.printable(target) + "' names nothing that can be invoked");
    }
    Map<String, FunctionEntry> functions = new LinkedHashMap<>();
    file.functions()
        .forEach((name, section) -> {
          functions.put(name, function(section));
        });
    return new ProjectDescription(
        project.text("name").orElseGet(() -> String.valueOf(file.folder().getFileName())),
        target,
        functions);
  }

  private static FunctionEntry function(TomlSection section) {
    section.requireKnown(FUNCTION_KEYS);
    return new FunctionEntry(
        section.isText("source")
            ? section.text("source").stream().toList()
            : section.texts("source").orElse(List.of()),
        section.text("build").orElse(null),
        section.texts("in").orElse(List.of()),
        section.texts("out").orElse(List.of()),
        quantity(section, "memory", Limit.CONTEXT_DEFAULT),
        quantity(section, "timeout", Limit.FUNCTION_RUN),
        sandbox(section),
        section.texts("arguments").orElse(null),
        section.bool("snapshot").orElse(null),
        section.text("runtime").orElse(null));
  }

  private static SandboxChoice sandbox(TomlSection section) {
    String value = section.text("sandbox").orElse(SandboxChoice.AUTO.text());
    try {
      return SandboxChoice.parse(value);
    } catch (ProblemException e) {
      section.fault("sandbox", "must be " + SandboxChoice.known() + ", not '" + value + "'");
      return SandboxChoice.AUTO;
    }
  }

  private static @Nullable String quantity(TomlSection section, String key, Limit limit) {
    String value = section.quantity(key).orElse(null);
    if (value != null) {
      try {
        limit.parse(value);
      } catch (IllegalArgumentException e) {
        section.fault(key, String.valueOf(e.getMessage()));
      }
    }
    return value;
  }
}
