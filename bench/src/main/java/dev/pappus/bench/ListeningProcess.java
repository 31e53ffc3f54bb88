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
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A server in a process of its own, whose first line says where it listens: {@code listening URL},
 * or {@code listening NAME=URL …}. Whoever started it closes it; it ends with this process, too.
 */
public final class ListeningProcess implements AutoCloseable {
  private static final long END_SECONDS_MAX = 20;
  private static final long OWN_END_SECONDS_MAX = 120;

  private final Process process;
  private final String line;
  private final Thread lastWish;

  private ListeningProcess(Process process, String line, Thread lastWish) {
    this.process = process;
    this.line = line;
    this.lastWish = lastWish;
  }

  /**
   * Starts it, and waits for its line.
   *
   * @param command its words
   * @param folder where it runs; takes its log
   * @param group where it lives, or null
   * @throws IOException if it does not come up, with its log
   */
  public static ListeningProcess start(
      List<String> command, Path folder, @Nullable ControlGroup group) throws IOException {
    List<String> words = new ArrayList<>();
    if (group != null) {
      // It moves itself before it is a JVM: what was charged elsewhere would stay there.
      words.addAll(List.of("sh", "-c", "echo $$ > \"$0\" && exec \"$@\""));
      words.add(group.processes().toString());
    }
    words.addAll(command);
    Path log = Files.createTempFile(folder, "server", ".log");
    Process process =
        new ProcessBuilder(words)
            .directory(folder.toFile())
            .redirectError(log.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .start();
    Thread lastWish = new Thread(process::destroy, "stop-server");
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      Runtime.getRuntime().addShutdownHook(lastWish);
      String line = out.readLine();
      if (line == null) {
        throw new IOException("the server has not come up: " + Files.readString(log).strip());
      }
      return new ListeningProcess(process, line, lastWish);
    } catch (IOException | RuntimeException e) {
      process.destroyForcibly();
      forget(lastWish);
      throw e;
    }
  }

  private static void forget(Thread lastWish) {
    try {
      var _ = Runtime.getRuntime().removeShutdownHook(lastWish);
    } catch (IllegalStateException e) {
      // This process is ending.
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
    forget(lastWish);
    process.destroy();
    try {
      if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
