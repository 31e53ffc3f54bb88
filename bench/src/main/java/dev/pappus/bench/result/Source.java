package dev.pappus.bench.result;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What sources the product was built from.
 *
 * @param commit its name, or {@code unknown} outside of a source tree
 * @param dirty whether files differ from it
 */
public record Source(String commit, boolean dirty) {
  /** Those in {@code home}. */
  public static Source of(Path home) {
    if (!Files.exists(home.resolve(".git"))) {
      return new Source("unknown", false);
    }
    String commit = Commands.firstLine(List.of("git", "rev-parse", "HEAD"), home);
    @Nullable String changes = Commands.output(List.of("git", "status", "--porcelain"), home);
    return new Source(commit, changes == null || !changes.isBlank());
  }
}
