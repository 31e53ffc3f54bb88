package dev.pappus.bench.result;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Asks other programs for a word. */
final class Commands {
  private static final int ANSWER_BYTES_MAX = 1 << 20;
  private static final long SECONDS_MAX = 20;

  private Commands() {}

  /** What a program prints; null if it cannot be run, fails, or takes too long. */
  static @Nullable String output(List<String> command, Path folder) {
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      process.getOutputStream().close();
      byte[] answer = process.getInputStream().readNBytes(ANSWER_BYTES_MAX);
      if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return null;
      }
      return process.exitValue() == 0 ? new String(answer, StandardCharsets.UTF_8) : null;
    } catch (IOException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  /** The first line of it, or {@code unknown}. */
  static String firstLine(List<String> command, Path folder) {
    String answer = output(command, folder);
    return answer == null || answer.isBlank() ? "unknown" : answer.lines().findFirst().orElse("");
  }
}
