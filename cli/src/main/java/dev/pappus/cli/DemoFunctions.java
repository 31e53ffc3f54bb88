package dev.pappus.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The functions of the demonstration, native or as WebAssembly, and their composition. */
final class DemoFunctions {
  static final List<String> NAMES = List.of("make_requests", "count_lines", "sum");

  private final Terminal terminal;
  private final Target target;

  DemoFunctions(Terminal terminal, Target target) {
    this.terminal = terminal;
    this.target = target;
  }

  Target target() {
    return target;
  }

  /** Registers them and the composition. */
  void deploy(NodeClient client) throws IOException, InterruptedException {
    for (String name : NAMES) {
      client.send("PUT", "/v1/functions/" + name, "application/octet-stream", binary(name));
    }
    client.send(
        "POST",
        "/v1/compositions",
        "text/plain; charset=utf-8",
        composition().getBytes(StandardCharsets.UTF_8));
  }

  /** As it was built with the product, else, where clang came later, built now. */
  private byte[] binary(String name) throws IOException, InterruptedException {
    Path built = terminal.guestBuild().resolve(name + target.ending());
    if (Files.exists(built)) {
      return Files.readAllBytes(built);
    }
    Path source = terminal.home().resolve("guest").resolve("examples").resolve(name + ".c");
    Path made = Files.createTempFile("pappus-demo-", target.ending());
    try {
      CCompiler.Outcome outcome =
          CCompiler.run(
              new CCompiler(terminal).line(target, List.of(source), List.of(), made),
              terminal.folder(),
              Map.of());
      if (outcome.exitCode() != 0) {
        terminal.err().print(outcome.messages());
        throw new CliException(ExitCode.FAILED, "cannot compile " + source, null);
      }
      return Files.readAllBytes(made);
    } finally {
      Files.delete(made);
    }
  }

  /** The composition's text. */
  static String composition() {
    try (InputStream in =
        Objects.requireNonNull(DemoFunctions.class.getResourceAsStream("count_events.dag"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
