package dev.pappus.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A run of a program on this machine's kernel, for what sandboxes are compared with.
 *
 * @param exitCode 128 and the signal's number where one has ended it
 */
record HostRun(int exitCode, String out, String err) {
  /** As programs find it in a sandbox. */
  private static final Map<String, String> ENVIRONMENT =
      Map.of("HOME", "/", "LANG", "C.UTF-8", "PATH", "/bin", "TMPDIR", "/tmp");

  /**
   * What a program prints that ends with 0.
   *
   * @param program given the path of a new, empty folder as its only word
   * @param folder for files of this run
   */
  static String printed(Path program, String input, Path folder) {
    try {
      Path place = Files.createTempDirectory(folder, "run");
      HostRun run = of(program, "program", List.of(place.toString()), input, folder, place);
      assertThat(run.exitCode()).as("%s: %s", program, run.err()).isZero();
      return run.out();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Runs a program.
   *
   * @param name what it is told that it is called
   * @param input comes by a pipe
   * @param folder for files of this run
   * @param place its working directory
   */
  static HostRun of(
      Path program, String name, List<String> words, String input, Path folder, Path place)
      throws IOException {
    Path out = Files.createTempFile(folder, "out", "");
    Path err = Files.createTempFile(folder, "err", "");
    List<String> line = new ArrayList<>(List.of("bash", "-c", "exec -a \"$0\" \"$@\"", name));
    line.add(program.toAbsolutePath().toString());
    line.addAll(words);
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .directory(place.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().putAll(ENVIRONMENT);
    Process process = builder.start();
    try (OutputStream pipe = process.getOutputStream()) {
      pipe.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // It has ended without reading.
    }
    try {
      return new HostRun(process.waitFor(), text(out), text(err));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }
}
