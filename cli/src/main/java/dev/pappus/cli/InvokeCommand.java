package dev.pappus.cli;

import dev.pappus.server.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Invokes a function or a composition. */
@Command(
    name = "invoke",
    description = {
      "Invoke a function or composition; its output goes to stdout as it is.",
      "Where no node is named and none runs, it runs in this process, with what the default"
          + " data folder holds."
    })
final class InvokeCommand implements Callable<Integer> {
  /** Within which a node that has given up an invocation says so. */
  private static final int GRACE_MILLIS = 2000;

  private final Terminal terminal;

  @Mixin private final NodeOption node = new NodeOption();
  @Mixin private final InputOptions inputs = new InputOptions();
  @Mixin private final ResultOptions results = new ResultOptions();

  @Parameters(paramLabel = "NAME", description = "Function or composition.")
  private String name = "";

  @Option(
      names = "--async",
      description = "Do not wait: print the invocation's identifier once the node has accepted it.")
  private boolean async;

  InvokeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    inputs.requireWellFormed();
    results.requireConsistent();
    results.requireRoom(terminal);
    NodeClient client = node.client(terminal, GRACE_MILLIS);
    try {
      invoke(client);
    } catch (UnreachableException e) {
      if (async || node.namesNode(terminal)) {
        throw e;
      }
      invokeHere(e);
    } catch (ProblemReply e) {
      throw SourceLine.added(terminal, client, e);
    }
    return ExitCode.OK;
  }

  private void invoke(NodeClient client) throws IOException {
    new Invoker(terminal, client, inputs, results, headers()).invoke(name);
  }

  private List<String> headers() {
    List<String> headers = new ArrayList<>();
    node.givenTimeout().ifPresent(timeout -> headers.addAll(List.of("Pappus-Timeout", timeout)));
    if (async) {
      headers.addAll(List.of("Prefer", "respond-async"));
    }
    return headers;
  }

  private void invokeHere(UnreachableException unreachable) throws IOException {
    Settings settings = SettingsSource.load(terminal, null);
    Path data = settings.builder().build().dataFolder();
    if (!Files.isDirectory(data)) {
      throw unreachable;
    }
    try (DemoNode here = LocalNode.withData(terminal, settings, data)) {
      try {
        invoke(here.client().shownOn(terminal));
      } catch (ProblemReply e) {
        throw SourceLine.added(terminal, here.client(), e);
      }
    }
  }
}
