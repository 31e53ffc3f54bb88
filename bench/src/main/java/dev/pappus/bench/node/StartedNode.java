package dev.pappus.bench.node;

import dev.pappus.bench.ControlGroup;
import dev.pappus.bench.ListeningProcess;
import dev.pappus.bench.NodeControl;
import dev.pappus.bench.load.Request;
import dev.pappus.bench.load.Target;
import dev.pappus.bench.systems.ProductCommand;
import dev.pappus.model.Limit;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code pappus server} of this build in a process and a folder of its own, whatever settings this
 * machine has. Whoever started it closes it.
 */
final class StartedNode implements AutoCloseable {
  /** The function that is smallest, and what it is sent. */
  static final String ECHO = "echo";

  private static final String WORDS = "hello";

  private final ListeningProcess process;
  private final NodeControl control;

  private StartedNode(ListeningProcess process) {
    this.process = process;
    this.control = new NodeControl(process.address("admin"));
  }

  /**
   * Starts it, and waits until it says where it listens.
   *
   * @param folder for its data, settings and log; kept, so that it can be started again
   * @param limits that differ from the defaults
   * @param arguments further ones
   * @param group where it lives, or null
   * @throws IOException if it does not come up, with its log
   */
  static StartedNode start(
      NodeSettings settings,
      Path folder,
      Map<Limit, Long> limits,
      List<String> arguments,
      @Nullable ControlGroup group)
      throws IOException {
    List<String> command = command(settings, folder, limits, arguments);
    return new StartedNode(ListeningProcess.start(command, folder, group));
  }

  /** The words that start it. */
  static List<String> command(
      NodeSettings settings, Path folder, Map<Limit, Long> limits, List<String> arguments)
      throws IOException {
    Files.createDirectories(folder);
    StringBuilder text = new StringBuilder();
    limits.forEach((limit, value) ->
        text.append("limits.%s = %s\n".formatted(limit.key(), quoted(limit.format(value)))));
    Path config = Files.writeString(folder.resolve("node.toml"), text);
    List<String> words =
        new ArrayList<>(ProductCommand.words(settings.home(), settings.guestBuild()));
    words.addAll(List.of("server", "--config", config.toString(), "--port", "0"));
    words.addAll(List.of("--admin-port", "0", "--data", folder.resolve("data").toString()));
    words.addAll(List.of("--sandbox", settings.sandbox()));
    words.addAll(arguments);
    return words;
  }

  /** Counts are numbers in TOML, times and sizes are texts. */
  private static String quoted(String value) {
    return value.matches("[0-9]+") ? value : '"' + value + '"';
  }

  URI invocation() {
    return process.address("invoke");
  }

  URI administration() {
    return process.address("admin");
  }

  NodeControl control() {
    return control;
  }

  long pid() {
    return process.pid();
  }

  /** Registers the smallest function. */
  void deployEcho(NodeSettings settings) throws IOException {
    control.deploy(
        ECHO, Files.readAllBytes(settings.function(ECHO)), Limit.CONTEXT_DEFAULT.defaultValue());
  }

  /** What the smallest function runs in, as the node says once it has it. */
  String sandbox() throws IOException {
    return control.sandboxOf(ECHO);
  }

  /** Sends five bytes to what should answer them, at {@code /function/NAME} of a server. */
  static Request echo(Target server, String function) {
    byte[] body = WORDS.getBytes(StandardCharsets.US_ASCII);
    return server
        .at("/function/" + function)
        .post(
            List.of(),
            body,
            (answer, length) -> Arrays.equals(answer, 0, length, body, 0, body.length));
  }

  @Override
  public void close() {
    control.close();
    process.close();
  }
}
