package dev.pappus.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** gcc and clang, with what it takes to build functions. */
final class CCompiler {
  /** The runtime's parts, which are compiled with each WebAssembly function. */
  private static final List<String> RUNTIME =
      List.of("start.c", "heap.c", "item.c", "text.c", "print.c", "leave.c");

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

  /** The file with compiler options, for the compiler's {@code @}. */
  Path flags(Target target) {
    String name =
        switch (target) {
          case NATIVE -> "pappus.flags";
          case WASM -> "pappus-wasm.flags";
        };
    return terminal.home().resolve("guest").resolve(name);
  }

  /** The runtime that functions become one with: a library, or its sources. */
  List<Path> runtime(Target target) {
    Path folder = terminal.home().resolve("guest").resolve("runtime");
    return switch (target) {
      case NATIVE -> List.of(terminal.guestBuild().resolve("libpappus.a"));
      case WASM -> RUNTIME.stream().map(folder::resolve).toList();
    };
  }

  /** The line that builds {@code binary}. */
  List<String> line(Target target, List<Path> sources, List<String> options, Path binary) {
    List<String> line = begin(target);
    line.addAll(options);
    line.addAll(List.of("-o", binary.toString()));
    sources.forEach(source -> line.add(source.toString()));
    runtime(target).forEach(part -> line.add(part.toString()));
    if (target == Target.NATIVE) {
      line.add("-lgcc");
    }
    return line;
  }

  /** The line that prints, as a rule for make, what {@code sources} include. */
  List<String> rulesLine(Target target, List<Path> sources) {
    List<String> line = begin(target);
    line.add("-MM");
    sources.forEach(source -> line.add(source.toString()));
    return line;
  }

  private List<String> begin(Target target) {
    String compiler =
        switch (target) {
          case NATIVE -> "gcc";
          case WASM -> "clang";
        };
    return new ArrayList<>(List.of(compiler, "@" + flags(target), "-I" + include()));
  }

  /** What installs the program that begins a line; null for a user's own. */
  private static @Nullable String hintFor(String program) {
    return switch (program) {
      case "gcc" -> "apt-get install gcc libc6-dev binutils";
      case "clang" -> "apt-get install clang lld";
      default -> null;
    };
  }

  /**
   * The same as below, which says on the terminal that it goes on.
   *
   * @param what that is to be said
   */
  static Outcome run(
      Terminal terminal,
      String what,
      List<String> line,
      Path folder,
      Map<String, String> environment)
      throws IOException, InterruptedException {
    try (Activity _ = Activity.of(terminal, what)) {
      return run(line, folder, environment);
    }
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
          hintFor(line.getFirst()));
    }
    try (var messages = process.getInputStream()) {
      String text = new String(messages.readAllBytes(), StandardCharsets.UTF_8);
      return new Outcome(process.waitFor(), text);
    } finally {
      process.destroy();
    }
  }
}
