package dev.pappus.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * One run of the command, as a shell would see it.
 *
 * @param exitCode what it ended with
 * @param out what it wrote to standard output
 * @param err what it wrote to standard error
 */
record CommandRun(int exitCode, String out, String err) {
  static final Path ROOT = Path.of(System.getProperty("pappus.root")).toAbsolutePath();
  static final Path GUEST_BUILD = Path.of(System.getProperty("pappus.guest.build"));

  static CommandRun of(String... arguments) {
    return with(Map.of(), new byte[0], arguments);
  }

  /** With an environment and a standard input. */
  static CommandRun with(Map<String, String> environment, byte[] in, String... arguments) {
    return in(ROOT, environment, in, arguments);
  }

  /** With a working folder besides. */
  static CommandRun in(
      Path folder, Map<String, String> environment, byte[] in, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal = terminal(folder, environment, in, out, err);
    int exitCode = Main.run(terminal, arguments);
    return new CommandRun(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** A terminal for parts of the command, whose output nobody reads. */
  static Terminal terminal(Path folder) {
    return terminal(folder, Map.of());
  }

  /** With an environment. */
  static Terminal terminal(Path folder, Map<String, String> environment) {
    return terminal(
        folder, environment, new byte[0], new ByteArrayOutputStream(), new ByteArrayOutputStream());
  }

  /** With somebody who reads what it prints. */
  static Terminal terminal(
      Path folder, Map<String, String> environment, OutputStream out, OutputStream err) {
    return terminal(folder, environment, new byte[0], out, err);
  }

  private static Terminal terminal(
      Path folder, Map<String, String> environment, byte[] in, OutputStream out, OutputStream err) {
    return new Terminal(
        RawArguments.none(),
        new ByteArrayInputStream(in),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        environment,
        ROOT,
        GUEST_BUILD,
        folder,
        false,
        environment.containsKey("TERM"),
        environment.containsKey("TERM"),
        new Terminal.Talk());
  }

  JsonObject json() {
    return JsonObject.parse(out.getBytes(StandardCharsets.UTF_8));
  }
}
