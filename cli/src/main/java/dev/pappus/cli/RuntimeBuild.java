package dev.pappus.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Builds a runtime by its script, which fetches Debian's sources and compiles them: minutes. What
 * is built beside it by another process does no harm; the last one stays. Each build works in a
 * folder of its own, whose lock it holds: a folder with a lock that nobody holds was left behind.
 */
final class RuntimeBuild {
  private static final String STAGING = ".building-";
  private static final String LOCK = "lock";

  /** Whoever makes a folder locks it at once; one without a lock is from an older Pappus. */
  private static final Duration UNLOCKED_MAX = Duration.ofDays(1);

  private static final Pattern STEP = Pattern.compile("at (\\d{1,3}) (.*)");
  private static final Path NOTHING = Path.of("/dev/null");
  private static final int LINE_MAX = 400;
  private static final int LINES_SHOWN = 15;

  private final Terminal terminal;
  private final Runtimes runtimes;

  RuntimeBuild(Terminal terminal, Runtimes runtimes) {
    this.terminal = terminal;
    this.runtimes = runtimes;
  }

  /**
   * What a host lacks for a build.
   *
   * @param packages of Debian's that would have to be installed
   * @param obstacles what no package changes
   */
  record Lack(List<String> packages, List<String> obstacles) {
    Lack {
      packages = List.copyOf(packages);
      obstacles = List.copyOf(obstacles);
    }

    boolean none() {
      return packages.isEmpty() && obstacles.isEmpty();
    }
  }

  /** What this host lacks for building {@code recipe}. */
  Lack lack(RuntimeRecipe recipe) throws IOException, InterruptedException {
    List<String> packages = new ArrayList<>();
    List<String> obstacles = new ArrayList<>();
    Process process = start(recipe, NOTHING, "check");
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("need ")) {
          packages.addAll(List.of(line.substring(5).split(" ", -1)));
        } else if (line.startsWith("cannot ")) {
          obstacles.add(line.substring(7));
        }
      }
      if (process.waitFor() != 0) {
        obstacles.add("its script cannot be run");
      }
    } finally {
      end(process);
    }
    return new Lack(packages, obstacles);
  }

  /**
   * Builds {@code recipe}, showing how far it has come.
   *
   * @throws CliException FAILED with what was missing or went wrong
   */
  InstalledRuntime run(RuntimeRecipe recipe) throws IOException, InterruptedException {
    Files.createDirectories(runtimes.folder());
    removeAbandoned();
    Path staging = Files.createTempDirectory(runtimes.folder(), STAGING + recipe.text() + "-");
    try (FileChannel lock = openLock(staging)) {
      if (lock.tryLock() == null) {
        throw new IOException(staging + " is locked by another build");
      }
      return run(recipe, staging);
    } finally {
      Folders.delete(staging);
    }
  }

  private static FileChannel openLock(Path staging) throws IOException {
    return FileChannel.open(
        staging.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  private InstalledRuntime run(RuntimeRecipe recipe, Path staging)
      throws IOException, InterruptedException {
    Path built = Files.createDirectories(staging.resolve("built"));
    Path work = Files.createDirectories(staging.resolve("work"));
    Path log = runtimes.folder().resolve(recipe.text() + ".log");
    // Whoever edits the recipe meanwhile has not built what it says then.
    String key = runtimes.key(recipe);
    follow(recipe, built, work, log);
    InstalledRuntime published = runtimes.publish(recipe, key, built);
    Files.deleteIfExists(log);
    return published;
  }

  private void follow(RuntimeRecipe recipe, Path built, Path work, Path log)
      throws IOException, InterruptedException {
    Process process = start(recipe, log, "build", built.toString(), work.toString());
    // Who ends this process wants no compilers left behind.
    Thread ending = new Thread(() -> end(process));
    Runtime.getRuntime().addShutdownHook(ending);
    ProgressBar bar = new ProgressBar(terminal);
    String error = "its script ended early";
    String hint = null;
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher step = STEP.matcher(line);
        if (step.matches()) {
          show(bar, recipe, Integer.parseInt(step.group(1)), step.group(2));
        } else if (line.startsWith("note ")) {
          bar.erase();
          terminal.say(recipe.text() + ": " + line.substring(5));
        } else if (line.startsWith("error ")) {
          error = line.substring(6);
        } else if (line.startsWith("hint ")) {
          hint = line.substring(5);
        }
      }
      if (process.waitFor() != 0) {
        bar.erase();
        terminal.sayMore(lastLines(log));
        String what = recipe.text() + " cannot be built: " + error;
        throw new CliException(
            ExitCode.FAILED, what, (hint == null ? "" : hint + "; ") + "the whole log: " + log);
      }
    } finally {
      bar.erase();
      end(process);
      forget(ending);
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // This process is ending, so it runs anyway.
    }
  }

  private void show(ProgressBar bar, RuntimeRecipe recipe, int percent, String step) {
    if (terminal.showsProgress()) {
      bar.show(recipe.text(), percent, " " + step);
    }
  }

  private Process start(RuntimeRecipe recipe, Path log, String... words) throws IOException {
    List<String> line = new ArrayList<>(List.of("bash", runtimes.script(recipe).toString()));
    line.addAll(List.of(words));
    return new ProcessBuilder(line)
        .redirectInput(NOTHING.toFile())
        .redirectError(log.toFile())
        .start();
  }

  private static void end(Process process) {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
  }

  /** What the tools said last. */
  private static String lastLines(Path log) throws IOException {
    try (Stream<String> lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
      Deque<String> last = new ArrayDeque<>();
      lines.forEach(line -> {
        last.addLast(line.length() > LINE_MAX ? line.substring(0, LINE_MAX) + "…" : line);
        if (last.size() > LINES_SHOWN) {
          last.removeFirst();
        }
      });
      return String.join("\n", last);
    }
  }

  /** What builds that were killed have left. */
  private void removeAbandoned() throws IOException {
    List<Path> all;
    try (Stream<Path> files = Files.list(runtimes.folder())) {
      all = files.toList();
    }
    for (Path each : all) {
      if (String.valueOf(each.getFileName()).startsWith(STAGING) && isAbandoned(each)) {
        Folders.delete(each);
      }
    }
  }

  private static boolean isAbandoned(Path staging) throws IOException {
    if (!Files.exists(staging.resolve(LOCK))) {
      Instant changed = Files.getLastModifiedTime(staging).toInstant();
      return changed.isBefore(Instant.now().minus(UNLOCKED_MAX));
    }
    try (FileChannel channel = FileChannel.open(staging.resolve(LOCK), StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      return lock != null;
    } catch (OverlappingFileLockException e) {
      // Another thread of this process builds there.
      return false;
    } catch (NoSuchFileException e) {
      // Its build has just ended.
      return false;
    }
  }
}
