package dev.pappus.server.settings;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A project's {@code pappus.toml}: settings like those of any other settings file, and besides the
 * sections that describe the project, {@code [project]} and {@code [function.NAME]}. Whoever reads
 * those asks {@link TomlSection#requireKnown} of each and {@link #throwIfFaulty} at the end.
 */
public final class ProjectFile {
  /** Its name in a project's folder. */
  public static final String NAME = "pappus.toml";

  static final String PROJECT = "project";
  static final String FUNCTION = "function";

  /** Sections that are the project's, not settings. */
  static final List<String> SECTIONS = List.of(PROJECT, FUNCTION);

  private final TomlDocument document;

  private ProjectFile(TomlDocument document) {
    this.document = document;
  }

  /** The file of the project that {@code folder} lies in: its own or that of the nearest parent. */
  public static Optional<Path> find(Path folder) {
    for (Path each = folder.toAbsolutePath().normalize(); each != null; each = each.getParent()) {
      Path file = each.resolve(NAME);
      if (Files.isRegularFile(file)) {
        return Optional.of(file);
      }
    }
    return Optional.empty();
  }

  /**
   * Reads a file.
   *
   * @throws dev.pappus.server.ConfigurationException if it cannot be read, or for its syntax
   */
  public static ProjectFile read(Path file) {
    return new ProjectFile(TomlDocument.read(file));
  }

  /** The file. */
  public Path path() {
    return document.path();
  }

  /** The project's folder. */
  public Path folder() {
    return Optional.ofNullable(document.path().toAbsolutePath().getParent())
        .orElse(document.path().toAbsolutePath());
  }

  /** {@code [project]}; empty if it is absent. */
  public Optional<TomlSection> project() {
    return document.root().section(PROJECT);
  }

  /** Every {@code [function.NAME]}, in the order of the file. */
  public Map<String, TomlSection> functions() {
    Map<String, TomlSection> functions = new LinkedHashMap<>();
    document
        .root()
        .section(FUNCTION)
        .ifPresent(all ->
            all.names()
                .forEach(name -> all.section(name).ifPresent(one -> functions.put(name, one))));
    return functions;
  }

  /**
   * Ends the reading if anything in it was faulty.
   *
   * @throws dev.pappus.server.ConfigurationException with a line {@code FILE:LINE:COLUMN: …} each
   */
  public void throwIfFaulty() {
    document.throwIfFaulty();
  }
}
