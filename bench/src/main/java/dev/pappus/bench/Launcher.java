package dev.pappus.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The program of guest/native/launcher.c, which starts something again and again and times it
 * itself. One thread uses it. Whatever it has started ends with it.
 */
public final class Launcher implements AutoCloseable {
  private static final long ANSWER_SECONDS_MAX = 20;
  private static final String FAILED = "failed";

  private final Path errors;
  private final Process process;
  private final OutputStream commands;
  private final BufferedReader answers;
  private boolean usable = true;

  /**
   * One start.
   *
   * @param createNanos until the first line of its own code
   * @param answerNanos until it had answered
   * @param endNanos until it was gone; 0 if it is held
   * @param cpuNanos processor time of everything that took part, as far as it was waited for
   * @param checksum what it computed
   */
  public record Run(
      long createNanos, long answerNanos, long endNanos, long cpuNanos, long checksum) {}

  /**
   * Starts it.
   *
   * @param command the launcher, {@code exec} or {@code zygote} and so on
   * @param scratch a folder for what is printed to standard error
   */
  Launcher(List<String> command, Path scratch) throws IOException {
    this(command, scratch, Map.of());
  }

  /** With more environment variables. */
  Launcher(List<String> command, Path scratch, Map<String, String> environment) throws IOException {
    errors = Files.createTempFile(scratch, "launcher", ".err");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
    builder.environment().putAll(environment);
    process = builder.start();
    commands = process.getOutputStream();
    answers = process.inputReader(StandardCharsets.UTF_8);
  }

  /** Starts it once, and waits until it is gone. */
  public Run run() throws Unavailable {
    return parse(ask('r'));
  }

  /** Starts it once more; it stays. */
  Run hold() throws Unavailable {
    return parse(ask('h'));
  }

  /** Ends those that are held. */
  void end() throws Unavailable {
    String _ = ask('e');
  }

  private Run parse(String line) throws Unavailable {
    String[] words = line.split(" ", -1);
    if (words.length != 5) {
      throw failure(line);
    }
    return new Run(
        Long.parseLong(words[0]),
        Long.parseLong(words[1]),
        Long.parseLong(words[2]),
        Long.parseLong(words[3]),
        Long.parseUnsignedLong(words[4]));
  }

  private String ask(char command) throws Unavailable {
    CompletableFuture<Void> guard =
        CompletableFuture.runAsync(
            this::kill, CompletableFuture.delayedExecutor(ANSWER_SECONDS_MAX, TimeUnit.SECONDS));
    try {
      commands.write(command);
      commands.flush();
      String line = answers.readLine();
      if (line == null || line.equals(FAILED)) {
        usable = line != null;
        throw failure(line);
      }
      return line;
    } catch (IOException e) {
      usable = false;
      throw failure(null);
    } finally {
      guard.cancel(false);
    }
  }

  /** Whether it can be asked again; one that has ended, or was ended, cannot. */
  public boolean usable() {
    return usable;
  }

  /** In the words of what was started, if it found any. */
  private Unavailable failure(@Nullable String line) {
    String words = "";
    try {
      words =
          Files.readAllLines(errors).stream()
              .map(String::strip)
              .filter(each -> !each.isEmpty())
              .reduce("", (_, last) -> last);
    } catch (IOException e) {
      // Then there are none.
    }
    if (!words.isEmpty()) {
      return new Unavailable(words);
    }
    return new Unavailable(
        line == null
            ? "the launcher ended, or gave no answer for " + ANSWER_SECONDS_MAX + " s"
            : "it failed and did not say why");
  }

  private void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  @Override
  public void close() {
    try {
      commands.close();
      if (!process.waitFor(ANSWER_SECONDS_MAX, TimeUnit.SECONDS)) {
        kill();
      }
    } catch (IOException e) {
      kill();
    } catch (InterruptedException e) {
      kill();
      Thread.currentThread().interrupt();
    }
  }
}
