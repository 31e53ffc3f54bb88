package dev.pappus.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** gcc, with what it takes to build functions. */
final class CCompiler {
  private final Terminal terminal;

  CCompiler(Terminal terminal) {
    this.terminal = terminal;
  }

  /**
   * What a build gave.
   *
   * @param exitCode 0 if it succeeded
   * @param messages what it printed
   */
  record Outcome(int exitCode, String messages) {}

  /** The header files' folder. */
  Path include() {
    return terminal.home().resolve("guest").resolve("include");
  }

  /** The file with compiler options, for gcc's {@code @}. */
  Path flags() {
    return terminal.home().resolve("guest").resolve("pappus.flags");
  }

  /** The runtime that functions are linked with. */
  Path library() {
    return terminal.guestBuild().resolve("libpappus.a");
  }

  /** The line that builds {@code binary}. */
  List<String> line(List<Path> sources, List<String> options, Path binary) {
    List<String> line = new ArrayList<>(List.of("gcc", "@" + flags()));
    line.addAll(options);
    line.addAll(List.of("-I" + include(), "-o", binary.toString()));
    sources.forEach(source -> line.add(source.toString()));
    line.add(library().toString());
    line.add("-lgcc");
    return line;
  }

  /**
   * Runs {@code line} in {@code folder} and waits for it; if this thread is interrupted meanwhile,
   * the program is ended.
   *
   * @param environment added to this process's
   */
  static Outcome run(List<String> line, Path folder, Map<String, String> environment)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    builder.environment().putAll(environment);
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new CliException(
          ExitCode.FAILED,
          line.getFirst() + " cannot be run: " + e.getMessage(),
          line.getFirst().equals("gcc") ? "apt-get install gcc libc6-dev binutils" : null);
    }
    try (var messages = process.getInputStream()) {
      String text = new String(messages.readAllBytes(), StandardCharsets.UTF_8);
      return new Outcome(process.waitFor(), text);
    } finally {
      process.destroy();
    }
  }
}
