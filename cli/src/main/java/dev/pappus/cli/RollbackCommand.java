package dev.pappus.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes an older version of a function the current one. */
@Command(name = "rollback", description = "Make an older version of a function the current one.")
final class RollbackCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private final NodeOption node = new NodeOption();
  @Mixin private final OutputOption output = new OutputOption();

  @Parameters(paramLabel = "NAME", description = "The function.")
  private String name = "";

  @Option(
      names = "--to",
      paramLabel = "VERSION",
      description = "The version, sha256:… (default: the one before the current one).")
  private @Nullable String version;

  RollbackCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    String chosen = version;
    JsonObject answer =
        node.client(terminal)
            .exchange(
                NodeRequest.of(
                    "POST",
                    "/v1/functions/"
                        + NodeClient.encode(name)
                        + "/rollback"
                        + (chosen == null ? "" : "?to=" + NodeClient.encode(chosen))))
            .json();
    if (output.json()) {
      Json.write(terminal.out(), json -> Json.writeValue(json, answer.fields()));
    } else {
      terminal.say(name + " is now " + answer.text("version", answer.text("binary", "unchanged")));
    }
    return ExitCode.OK;
  }
}
