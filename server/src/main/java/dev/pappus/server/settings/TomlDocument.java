package dev.pappus.server.settings;

import dev.pappus.server.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.tomlj.Toml;
import org.tomlj.TomlParseResult;

/** A TOML file whose faults are told with line and column. One thread uses it. */
public final class TomlDocument {
  /** Larger files are no settings. */
  private static final long BYTES_MAX = 1 << 20;

  private final Path path;
  private final Faults faults = new Faults();
  private final TomlSection root;

  private TomlDocument(Path path, TomlParseResult parsed) {
    this.path = path;
    root = new TomlSection(parsed, "", path.toString(), faults);
  }

  /**
   * Reads a file.
   *
   * @throws ConfigurationException if it cannot be read, or naming all faults of its syntax as
   *     {@code FILE:LINE:COLUMN: …}
   */
  public static TomlDocument read(Path path) {
    TomlDocument document = new TomlDocument(path, parse(path));
    document.throwIfFaulty();
    return document;
  }

  private static TomlParseResult parse(Path path) {
    try {
      if (Files.size(path) > BYTES_MAX) {
        throw new ConfigurationException(path + " is larger than 1 MiB: this is no settings file");
      }
      TomlParseResult parsed = Toml.parse(path);
      if (parsed.hasErrors()) {
        Faults syntax = new Faults();
        parsed
            .errors()
            .forEach(error ->
                syntax.add(
                    TomlSection.place(path.toString(), error.position()),
                    String.valueOf(error.getMessage())));
        syntax.throwIfAny();
      }
      return parsed;
    } catch (NoSuchFileException e) {
      throw new ConfigurationException("cannot read " + path + ": no such file", e);
    } catch (IOException e) {
      throw new ConfigurationException("cannot read " + path + ": " + e.getMessage(), e);
    }
  }

  /** The file. */
  public Path path() {
    return path;
  }

  /** Everything in it. */
  public TomlSection root() {
    return root;
  }

  /**
   * Ends the reading if any of its sections noted a fault.
   *
   * @throws ConfigurationException naming all of them
   */
  public void throwIfFaulty() {
    faults.throwIfAny();
  }
}
