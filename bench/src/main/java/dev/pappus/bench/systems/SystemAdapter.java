package dev.pappus.bench.systems;

import dev.pappus.bench.MeasuredEnvironment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The scripts of one system: a folder with {@code check}, {@code start}, {@code stop} and {@code
 * describe}.
 */
public final class SystemAdapter {
  /** Each script must be there. */
  public static final List<String> SCRIPTS = List.of("check", "start", "stop", "describe");

  private static final String START = "start";

  private static final long QUICK_SECONDS_MAX = 60;
  private static final long START_SECONDS_MAX = 600;
  private static final long OUTPUT_BYTES_MAX = 64 << 10;
  private static final int REASON_CHARS_MAX = 300;

  private final Path folder;
  private final Environment environment;

  /** The script that starts it, while it runs; guarded by this. */
  private @Nullable Process starting;

  /** Whether nothing is started any more; guarded by this. */
  private boolean abandoned;

  /**
   * What scripts are told.
   *
   * @param pappus a command of this build
   * @param guestBuild folder of built programs
   * @param state a folder that is the script's alone
   * @param backend what Pappus runs functions in
   * @param cold how many functions with distinct code there must be beside the hot one
   * @param size of the matrices
   */
  public record Environment(
      Path pappus, Path guestBuild, Path state, String backend, int cold, int size) {
    private void into(Map<String, String> variables) {
      variables.put("BENCH_PAPPUS", pappus.toString());
      variables.put("BENCH_GUEST", guestBuild.toAbsolutePath().toString());
      variables.put("BENCH_STATE", state.toString());
      variables.put("BENCH_BACKEND", backend);
      variables.put("BENCH_COLD", Integer.toString(cold));
      variables.put("BENCH_SIZE", Integer.toString(size));
    }
  }

  /**
   * A system that runs.
   *
   * @param url its base
   * @param process identifier of its first process; empty if the adapter does not tell
   */
  public record Running(String url, Optional<Long> process) {}

  /**
   * The adapter in a folder.
   *
   * @throws IOException if a script is missing
   */
  public SystemAdapter(Path folder, Environment environment) throws IOException {
    this.folder = folder;
    this.environment = environment;
    for (String script : SCRIPTS) {
      if (!Files.isExecutable(folder.resolve(script))) {
        throw new IOException(
            folder.resolve(script) + " is no program; docs/benchmarks.md says what it must do");
      }
    }
  }

  /** Names of all systems in a folder. */
  public static List<String> names(Path systems) throws IOException {
    try (Stream<Path> folders = Files.list(systems)) {
      return folders
          .filter(Files::isDirectory)
          .map(each -> String.valueOf(each.getFileName()))
          .sorted()
          .toList();
    }
  }

  /** Why the system cannot run here; empty if it can. */
  public Optional<String> check() throws IOException {
    Output output = run("check", QUICK_SECONDS_MAX);
    return output.status() == 0 ? Optional.empty() : Optional.of(output.reason());
  }

  /** What it says of itself. */
  public Map<String, String> describe() throws IOException {
    Output output = run("describe", QUICK_SECONDS_MAX);
    if (output.status() != 0) {
      throw new IOException(folder + "/describe failed: " + output.reason());
    }
    return pairs(output.out());
  }

  private static Map<String, String> pairs(String text) {
    Map<String, String> pairs = new LinkedHashMap<>();
    text.lines()
        .filter(line -> line.indexOf('=') > 0)
        .forEach(line ->
            pairs.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1)));
    return pairs;
  }

  /**
   * Starts it; whoever did stops it.
   *
   * @throws IOException if it does not come up; what it has started until then is stopped
   */
  public Running start() throws IOException {
    Output output;
    try {
      output = run(START, START_SECONDS_MAX);
    } finally {
      launched();
    }
    @Nullable String url = pairs(output.out()).get("url");
    if (output.status() != 0 || url == null) {
      stop();
      throw new IOException(
          folder
              + "/start "
              + (output.status() == 0 ? "printed no url=" : "failed: " + output.reason()));
    }
    return new Running(url, process());
  }

  private Optional<Long> process() throws IOException {
    Path file = environment.state().resolve("pid");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    String text = Files.readString(file).strip();
    return text.matches("[0-9]{1,18}") ? Optional.of(Long.parseLong(text)) : Optional.empty();
  }

  /**
   * Stops it for good, or whatever a start that is under way has come to. Any thread, at any time.
   */
  public void abandon() throws IOException {
    @Nullable Process script;
    synchronized (this) {
      abandoned = true;
      script = starting;
    }
    if (script != null) {
      end(script);
    }
    stop();
  }

  private static void end(Process script) {
    script.descendants().forEach(ProcessHandle::destroyForcibly);
    script.destroyForcibly();
  }

  private synchronized Process launch(String script, ProcessBuilder builder) throws IOException {
    if (!script.equals(START)) {
      return builder.start();
    }
    if (abandoned) {
      throw new IOException(folder + " is not started any more");
    }
    starting = builder.start();
    return starting;
  }

  private synchronized void launched() {
    starting = null;
  }

  /** Stops it; no effect if it does not run. */
  public void stop() throws IOException {
    Output output = run("stop", QUICK_SECONDS_MAX);
    if (output.status() != 0) {
      throw new IOException(folder + "/stop failed: " + output.reason());
    }
  }

  /** What a script did. */
  private record Output(int status, String out, String err) {
    /** The last line that it wrote, to people first. */
    String reason() {
      String text = (out + "\n" + err).replaceAll("[\\p{Cntrl}&&[^\n]]+", " ");
      String last =
          text.lines().map(String::strip).filter(line -> !line.isEmpty()).reduce("", (_, b) -> b);
      if (last.isEmpty()) {
        return "it did not say why (exit code " + status + ")";
      }
      return last.length() > REASON_CHARS_MAX ? last.substring(0, REASON_CHARS_MAX) + "…" : last;
    }
  }

  /** Output goes to files: what a script starts in the background must not hold a pipe open. */
  private Output run(String script, long secondsMax) throws IOException {
    Path out = Files.createTempFile(environment.state(), script, ".out");
    Path err = Files.createTempFile(environment.state(), script, ".err");
    ProcessBuilder builder =
        new ProcessBuilder(folder.resolve(script).toAbsolutePath().toString())
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    MeasuredEnvironment.clean(builder.environment());
    environment.into(builder.environment());
    Process process = launch(script, builder);
    try {
      if (!process.waitFor(secondsMax, TimeUnit.SECONDS)) {
        end(process);
        return new Output(-1, "", script + " took more than " + secondsMax + " s");
      }
      return new Output(process.exitValue(), text(out), text(err));
    } catch (InterruptedException e) {
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      Files.deleteIfExists(out);
      Files.deleteIfExists(err);
    }
  }

  private static String text(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      return new String(in.readNBytes((int) OUTPUT_BYTES_MAX), StandardCharsets.UTF_8);
    }
  }
}
