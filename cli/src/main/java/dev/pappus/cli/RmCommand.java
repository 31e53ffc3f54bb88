package dev.pappus.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Removes what is registered. */
@Command(
    name = "rm",
    description = "Remove functions and compositions; what a composition uses stays.")
final class RmCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private final NodeOption node = new NodeOption();

  @Parameters(paramLabel = "NAME", arity = "1..*", description = "What to remove, in this order.")
  private final List<String> names = new ArrayList<>();

  RmCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    NodeClient client = node.client(terminal);
    for (String name : names) {
      terminal.say("removed " + remove(client, name) + " " + name);
    }
    return ExitCode.OK;
  }

  private static String remove(NodeClient client, String name) throws IOException {
    String path = NodeClient.encode(name);
    try {
      client.delete("/v1/functions/" + path);
      return "function";
    } catch (ProblemReply notAFunction) {
      if (!notAFunction.problem().text("code", "").equals("unknown_invocable")) {
        throw notAFunction;
      }
      try {
        client.delete("/v1/compositions/" + path);
        return "composition";
      } catch (ProblemReply notAComposition) {
        throw notAComposition.problem().text("code", "").equals("unknown_invocable")
            ? notAFunction
            : notAComposition;
      }
    }
  }
}
