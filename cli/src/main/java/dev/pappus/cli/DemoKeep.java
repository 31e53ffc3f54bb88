package dev.pappus.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** {@code demo --keep}: says how to use the node, and waits. */
final class DemoKeep {
  private final Terminal terminal;
  private final DemoNode node;
  private final String invocation;

  DemoKeep(Terminal terminal, DemoNode node, String invocation) {
    this.terminal = terminal;
    this.node = node;
    this.invocation = invocation;
  }

  /** Prints commands that work while this waits; ends when the process is told to. */
  void untilInterrupted(byte[] request, LogServer servers)
      throws IOException, InterruptedException {
    Path document = node.folder().resolve("count_events.bson");
    Files.write(document, request);
    terminal.say("");
    terminal.say(DemoCommand.composition());
    terminal.say("the node is up until Ctrl-C; in another terminal:");
    for (String line : commands(document, servers)) {
      terminal.say("  " + line);
    }
    new CountDownLatch(1).await();
  }

  private List<String> commands(Path document, LogServer servers) {
    String invoke = node.invocationAddress().toString();
    String admin = node.adminAddress().toString();
    return List.of(
        "curl -s --data-binary @"
            + DemoNext.quote(document.toString())
            + " "
            + invoke
            + "/hot/compute | strings",
        "curl -s -d "
            + DemoNext.quote("log " + servers.url(0))
            + " "
            + invoke
            + "/function/make_requests",
        "curl -s " + admin + "/v1/invocations/" + invocation,
        terminal.launcher() + " ls --server " + admin);
  }
}
