package dev.pappus.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A server in a process of its own, whose first line says where it listens: {@code listening URL},
 * or {@code listening NAME=URL …}. Whoever started it closes it; it ends with this process, too.
 */
public final class ListeningProcess implements AutoCloseable {
  private static final long START_SECONDS_MAX = 120;
  private static final long END_SECONDS_MAX = 20;
  private static final long OWN_END_SECONDS_MAX = 120;

  private final Process process;
  private final String line;
  private final LastWish wish;

  private ListeningProcess(Process process, String line, LastWish wish) {
    this.process = process;
    this.line = line;
    this.wish = wish;
  }

  /**
   * Starts it, and waits for its line. Of this machine's settings of ours it knows nothing.
   *
   * @param command its words
   * @param folder where it runs; takes its log
   * @param group where it lives, or null
   * @throws IOException if it does not come up, or not for two minutes, with its log
   */
  public static ListeningProcess start(
      List<String> command, Path folder, @Nullable ControlGroup group) throws IOException {
    return start(command, folder, group, TimeUnit.SECONDS.toMillis(START_SECONDS_MAX));
  }

  static ListeningProcess start(
      List<String> command, Path folder, @Nullable ControlGroup group, long patienceMillis)
      throws IOException {
    List<String> words = new ArrayList<>();
    if (group != null) {
      // It moves itself before it is a JVM: what was charged elsewhere would stay there.
      words.addAll(List.of("sh", "-c", "echo $$ > \"$0\" && exec \"$@\""));
      words.add(group.processes().toString());
    }
    words.addAll(command);
    Path log = Files.createTempFile(folder, "server", ".log");
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .directory(folder.toFile())
            .redirectError(log.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    MeasuredEnvironment.clean(builder.environment());
    Process process = builder.start();
    @Nullable LastWish wish = null;
    try {
      wish = LastWish.of(LastWish.Turn.PROCESSES, () -> end(process));
      String line = firstLine(process, patienceMillis);
      if (line == null) {
        throw new IOException("the server has not come up: " + Files.readString(log).strip());
      }
      return new ListeningProcess(process, line, wish);
    } catch (IOException | RuntimeException e) {
      kill(process);
      boolean _ = isGone(process);
      if (wish != null) {
        wish.forget();
      }
      throw e;
    }
  }

  /** Null if it ends without one, or is ended because there is none for so long. */
  private static @Nullable String firstLine(Process process, long patienceMillis)
      throws IOException {
    CompletableFuture<Void> guard =
        CompletableFuture.runAsync(
            () -> kill(process),
            CompletableFuture.delayedExecutor(patienceMillis, TimeUnit.MILLISECONDS));
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      return out.readLine();
    } finally {
      guard.cancel(false);
    }
  }

  /** The URL that its line gives for {@code NAME=}; for an empty name the first one. */
  public URI address(String name) {
    String prefix = name.isEmpty() ? "http" : name + "=http";
    for (String word : line.split(" ", -1)) {
      if (word.startsWith(prefix)) {
        return URI.create(word.substring(prefix.length() - "http".length()));
      }
    }
    throw new IllegalStateException("no " + prefix + " in: " + line);
  }

  public long pid() {
    return process.pid();
  }

  /**
   * Waits until it has ended by itself.
   *
   * @throws IOException if it does not for long
   */
  public void awaitEnd() throws IOException {
    try {
      if (!process.waitFor(OWN_END_SECONDS_MAX, TimeUnit.SECONDS)) {
        throw new IOException("a server that should end by itself goes on");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() {
    wish.forget();
    end(process);
  }

  /** Waits until it is gone. */
  private static void end(Process process) {
    process.destroy();
    if (!isGone(process)) {
      kill(process);
      boolean _ = isGone(process);
    }
  }

  private static void kill(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  /** In the end; does not wait for who is interrupted. */
  private static boolean isGone(Process process) {
    try {
      return process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
