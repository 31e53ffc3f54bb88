package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Runs programs on this machine's kernel, for what sandboxes are compared with. */
final class HostRun {
  private HostRun() {}

  /**
   * What a program prints that ends with 0.
   *
   * @param program given the path of a new, empty folder as its only word
   * @param folder for files of this run
   */
  static String printed(Path program, String input, Path folder) {
    try {
      Path from = Files.writeString(folder.resolve("input"), input);
      Path output = folder.resolve("output");
      Path place = Files.createTempDirectory(folder, "run");
      Process process =
          new ProcessBuilder(program.toAbsolutePath().toString(), place.toString())
              .redirectInput(from.toFile())
              .redirectOutput(output.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      assertThat(process.waitFor()).as("%s", program).isZero();
      return new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
