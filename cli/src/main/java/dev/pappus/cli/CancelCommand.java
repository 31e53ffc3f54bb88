package dev.pappus.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Cancels invocations. */
@Command(
    name = "cancel",
    description = "Cancel invocations that wait or run; those that have ended stay as they are.")
final class CancelCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private final NodeOption node = new NodeOption();
  @Mixin private final OutputOption output = new OutputOption();

  @Parameters(arity = "1..*", paramLabel = "ID", description = "As 'pappus ps' shows it.")
  private List<String> ids = List.of();

  CancelCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    NodeClient client = node.client(terminal);
    for (String id : ids) {
      JsonObject invocation = client.delete("/v1/invocations/" + NodeClient.encode(id)).json();
      if (output.json()) {
        Json.write(terminal.out(), json -> Json.writeValue(json, invocation.fields()));
      } else {
        terminal.say(id + " " + invocation.text("status", "?"));
      }
    }
    return ExitCode.OK;
  }
}
