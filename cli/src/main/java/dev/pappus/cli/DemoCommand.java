package dev.pappus.cli;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.model.SandboxChoice;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The main job, on real input: fetch the logs of several servers, count the lines with a pattern in
 * each in a sandbox of its own, add the counts.
 */
@Command(
    name = "demo",
    description = "Count log lines of several servers in parallel sandboxes, on a node of its own.")
final class DemoCommand implements Callable<Integer> {
  private static final List<String> PATTERNS = List.of("error", "fail", "warn", "install", "e");
  private static final Path MACHINE_LOGS = Path.of("/var/log");

  private final Terminal terminal;

  @Mixin private final OutputOption output = new OutputOption();

  @Option(
      names = "--pattern",
      paramLabel = "TEXT",
      description = "Fixed string to look for (default: error, or what the logs have instead).")
  private @Nullable String pattern;

  @Option(
      names = "--logs",
      arity = "1..*",
      paramLabel = "PATH",
      description = "Files or folders (default: the logs of this machine, else sample logs).")
  private final List<Path> paths = new ArrayList<>();

  @Option(
      names = "--sandbox",
      paramLabel = "KIND",
      description = "What the functions run in: auto, kvm, process or wasm (default: auto).")
  private String sandbox = SandboxChoice.AUTO.text();

  @Option(names = "--keep", description = "Leave the node up until Ctrl-C.")
  private boolean keep;

  DemoCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    DemoLogs selection = new DemoLogs(terminal);
    List<DemoLog> logs =
        paths.isEmpty() ? selection.ofMachine(MACHINE_LOGS) : selection.named(paths);
    String chosen = pattern == null ? defaultPattern(logs) : pattern;
    byte[] bytes = terminal.arguments().bytes(chosen);
    SandboxChoice kind = Target.sandbox(sandbox);
    DemoFunctions functions = new DemoFunctions(terminal, Target.of(kind));
    try (LogServer servers = new LogServer(logs);
        DemoNode node = DemoNode.start("127.0.0.1:" + servers.port(), kind)) {
      if (functions.target() == Target.NATIVE) {
        node.requireSandboxes(terminal);
        terminal.say(node.sandbox());
      }
      NodeClient client = node.client();
      functions.deploy(client);
      List<DataSet> sets =
          List.of(
              set("servers", servers.list().getBytes(StandardCharsets.UTF_8)),
              set("pattern", bytes));
      SetsInvoker.Result result =
          new SetsInvoker(client)
              .invoke(new SetsInvoker.Target("count_events", "composition", List.of()), sets);
      String invocation = Objects.requireNonNullElse(result.id(), "");
      DemoReport report =
          DemoReport.of(
              chosen,
              logs,
              result.sets(),
              client.get("/v1/invocations/" + invocation).json().objects("instances"));
      print(report, result.timing());
      if (keep) {
        new DemoKeep(terminal, node, invocation).untilInterrupted(chosen, servers);
      } else if (!output.json()) {
        DemoNext.print(terminal, chosen, bytes, logs);
      }
    }
    return ExitCode.OK;
  }

  private void print(DemoReport report, @Nullable String timing) {
    if (output.json()) {
      Json.write(terminal.out(), report::writeTo);
      return;
    }
    terminal.out().println("lines with '" + ProblemText.printable(report.pattern()) + "'");
    terminal.out().println();
    terminal.out().print(report.table());
    terminal.out().println();
    if (timing != null) {
      terminal
          .out()
          .println("whole composition, critical path, ms: " + timing.replace(";dur=", " "));
    }
    terminal.out().flush();
  }

  /** The first of some words of every log that is in these. */
  static String defaultPattern(List<DemoLog> logs) {
    for (String each : PATTERNS) {
      byte[] bytes = each.getBytes(StandardCharsets.UTF_8);
      if (logs.stream().anyMatch(log -> log.contains(bytes))) {
        return each;
      }
    }
    return "";
  }

  /** One item, named like its set. */
  private static DataSet set(String name, byte[] bytes) {
    return new DataSet(name, List.of(Item.of(name, Key.of(0), bytes)));
  }
}
