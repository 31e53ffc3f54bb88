package dev.pappus.cli;

import dev.pappus.model.Digest;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file of a runtime.
 *
 * @param runtime the name of its recipe
 * @param path where it lies
 * @param digest what its manifest says of it; null for a file of this version of Pappus itself
 */
record RuntimeFile(String runtime, Path path, @Nullable Digest digest) {
  /**
   * All of it.
   *
   * @throws CliException FAILED if it is not what was built
   */
  byte[] read() throws IOException {
    byte[] bytes = Files.readAllBytes(path);
    if (digest != null && !Digest.of(MemorySegment.ofArray(bytes)).equals(digest)) {
      throw new CliException(
          ExitCode.FAILED,
          path + " is not what was built: its SHA-256 is not that of the manifest",
          "build it again: pappus runtime add --force " + runtime);
    }
    return bytes;
  }
}
