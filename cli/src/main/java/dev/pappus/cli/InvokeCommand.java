package dev.pappus.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Invokes a function or a composition. */
@Command(
    name = "invoke",
    description = "Invoke a function or composition; its output goes to stdout as it is.")
final class InvokeCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private final NodeOption node = new NodeOption();

  @Parameters(paramLabel = "NAME", description = "Function or composition.")
  private String name = "";

  @Option(
      names = {"-d", "--data"},
      paramLabel = "TEXT|@FILE|-",
      description = "The one item of the first input set: a text, a file's bytes, or stdin.")
  private String data = "";

  @Option(
      names = {"-v", "--verbose"},
      description = "Tell on stderr where the time went.")
  private boolean verbose;

  InvokeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    NodeClient client = node.client(terminal);
    byte[] body = body();
    NodeClient.Reply reply =
        client.send(
            "POST",
            "/" + kind(client) + "/" + NodeClient.encode(name),
            "application/octet-stream",
            body);
    terminal.out().writeBytes(reply.body());
    terminal.out().flush();
    if (verbose) {
      terminal.say(timing(reply));
    }
    return ExitCode.OK;
  }

  private byte[] body() throws IOException {
    if (data.equals("-")) {
      return terminal.in().readAllBytes();
    }
    return data.startsWith("@")
        ? SourceFile.readBytes(Path.of(data.substring(1)))
        : terminal.arguments().bytes(data);
  }

  private String kind(NodeClient client) throws IOException {
    List<String> known = new ArrayList<>();
    for (String kind : List.of("functions", "compositions")) {
      for (JsonObject each : client.list(kind)) {
        String registered = each.text("name", "");
        if (registered.equals(name)) {
          return kind.substring(0, kind.length() - 1);
        }
        known.add(registered);
      }
    }
    throw NodeClient.notFound(name, known);
  }

  private static String timing(NodeClient.Reply reply) {
    return String.join(
        "; ",
        "timing: " + orUnknown(reply.header("Server-Timing")),
        "start: " + orUnknown(reply.header("X-Pappus-Start")),
        "invocation: " + orUnknown(reply.header("X-Pappus-Invocation")));
  }

  private static String orUnknown(@Nullable String text) {
    return text == null ? "unknown" : text;
  }
}
