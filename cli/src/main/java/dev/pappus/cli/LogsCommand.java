package dev.pappus.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what functions printed. */
@Command(
    name = "logs",
    description = {
      "Show what functions printed and why invocations failed, as far as the node remembers.",
      "Lines of a function come when its run has ended, not before: it does not leave its sandbox"
          + " to print. With -f those of a composition come as each of its instances ends."
    })
final class LogsCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private final NodeOption node = new NodeOption();
  @Mixin private final OutputOption output = new OutputOption();

  @Option(
      names = {"-f", "--follow"},
      description = "Go on with what comes, until Ctrl-C.")
  private boolean follow;

  @Option(names = "--id", paramLabel = "ID", description = "Only this invocation.")
  private @Nullable String id;

  @Parameters(
      arity = "0..1",
      paramLabel = "NAME",
      description = "Only this function or composition.")
  private @Nullable String name;

  LogsCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    StringBuilder path = new StringBuilder("/v1/logs?follow=").append(follow);
    if (name != null) {
      path.append("&target=").append(NodeClient.encode(name));
    }
    if (id != null) {
      path.append("&id=").append(NodeClient.encode(id));
    }
    node.client(terminal).lines(path.toString(), follow, this::show);
    return ExitCode.OK;
  }

  private void show(String line) {
    if (line.isEmpty()) {
      return; // the node is still there
    }
    if (output.json()) {
      terminal.out().println(line);
    } else {
      show(JsonObject.parse(line.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }
    terminal.out().flush();
  }

  private void show(JsonObject line) {
    if (line.has("dropped")) {
      terminal.sayWarning(
          "up to " + line.integer("dropped") + " lines came faster than they were read");
      return;
    }
    String code = line.text("code");
    terminal
        .out()
        .println(
            ProblemText.printable(
                line.text("time", "")
                    + " "
                    + line.text("invocation", "")
                    + " "
                    + line.text("application", line.text("target", ""))
                    + (code == null ? " | " : " ! " + code + ": ")
                    + line.text("text", "")));
  }
}
