package dev.pappus.cli;

import dev.pappus.server.HeapGrowth;
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
  void untilInterrupted(String pattern, LogServer servers)
      throws IOException, InterruptedException {
    HeapGrowth.restrain();
    Path list = Files.writeString(node.folder().resolve("servers"), servers.list());
    terminal.say("");
    terminal.say(DemoFunctions.composition());
    terminal.say("the node is up until Ctrl-C; in another terminal:");
    for (String line : commands(list, pattern, servers)) {
      terminal.say("  " + line);
    }
    new CountDownLatch(1).await();
  }

  private List<String> commands(Path list, String pattern, LogServer servers) {
    String invoke = node.invocationAddress().toString();
    String admin = node.adminAddress().toString();
    return List.of(
        "curl -s -F servers/servers=@"
            + DemoNext.quote(list.toString())
            + " --form-string "
            + DemoNext.quote("pattern/pattern=" + pattern)
            + " '"
            + invoke
            + "/composition/count_events?output=total/total'",
        "curl -s -d "
            + DemoNext.quote("log " + servers.url(0))
            + " "
            + invoke
            + "/function/make_requests",
        "curl -s " + admin + "/v1/invocations/" + invocation,
        terminal.launcher() + " ls --server " + admin);
  }
}
