package dev.pappus.cli;

import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code --project} of every command that works on one. */
@Command
final class ProjectOption {
  @Option(
      names = "--project",
      paramLabel = "DIR",
      description =
          "The project's folder (default: the nearest one at or above the working folder with a"
              + " pappus.toml that has [project]).")
  private Path folder = Path.of("");

  /** The project in it, or in the nearest folder above. */
  Project find() throws IOException {
    return Project.find(folder);
  }
}
