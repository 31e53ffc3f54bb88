package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;

/** What tests of programs build programs with, and whether this machine has it. */
final class ProgramTools {
  private ProgramTools() {}

  /** The runtimes of whoever runs the tests. */
  private static Runtimes runtimes() {
    PrintStream nowhere =
        new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8);
    return Runtimes.of(
        new Terminal(
            RawArguments.none(),
            InputStream.nullInputStream(),
            nowhere,
            nowhere,
            System.getenv(),
            CommandRun.ROOT,
            CommandRun.GUEST_BUILD,
            CommandRun.ROOT,
            false,
            false,
            false,
            new Terminal.Talk()));
  }

  /** The environment in which commands find them. */
  static Map<String, String> environment() {
    return Map.of("PAPPUS_RUNTIMES", runtimes().folder().toString());
  }

  /** Ends the test, saying so, where a runtime is not built. */
  static void requireRuntime(String name) {
    if (runtimes().find(name) == null) {
      notRun("there is no runtime " + name + ": pappus runtime add " + name);
    }
  }

  /** The best Python that is here; ends the test, saying so, where there is none. */
  static void requirePython() {
    if (runtimes().find("python") == null) {
      requireRuntime("micropython");
    }
  }

  /** Compiles a static program; ends the test, saying so, where a library is not there. */
  static Path build(Path source, Path program, String... libraries)
      throws IOException, InterruptedException {
    Path folder = Objects.requireNonNull(program.getParent());
    for (String library : libraries) {
      List<String> ask = List.of("gcc", "-print-file-name=lib" + library + ".a");
      String found = CCompiler.run(ask, folder, Map.of()).messages().strip();
      if (!found.startsWith("/")) {
        notRun("there is no static library " + library + " (Debian: its -dev package)");
      }
    }
    List<String> line =
        new ArrayList<>(
            List.of("gcc", "-O2", "-static", source.toString(), "-o", program.toString()));
    List.of(libraries).forEach(library -> line.add("-l" + library));
    CCompiler.Outcome outcome = CCompiler.run(line, folder, Map.of());
    assertThat(outcome.exitCode()).as(outcome.messages()).isZero();
    return program;
  }

  private static void notRun(String why) {
    System.out.println("test of programs NOT RUN: " + why);
    Assumptions.abort(why);
  }
}
