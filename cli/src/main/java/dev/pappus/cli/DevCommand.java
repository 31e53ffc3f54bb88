package dev.pappus.cli;

import dev.pappus.server.HeapGrowth;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Watches a project and shows what each save changes. */
@Command(
    name = "dev",
    description = {
      "Watch a project: each save builds and deploys what has changed, runs the input again, and"
          + " shows what that changed in the result. Ctrl-C ends it.",
      "It has a node of its own, on the next free ports. The input is that of -d or --in-dir, else"
          + " that of a test case."
    })
final class DevCommand implements Callable<Integer> {
  private static final int PORT = 8080;
  private static final int ADMIN_PORT = 9080;
  private static final int PORTS_TRIED = 200;

  private final Terminal terminal;

  @Mixin private final ProjectOption projectOption = new ProjectOption();

  @Parameters(
      paramLabel = "NAME",
      arity = "0..1",
      description = "What to invoke (default: the test case's target, else that of pappus.toml).")
  private @Nullable String target;

  @Option(
      names = {"-d", "--data"},
      paramLabel = "TEXT|@FILE",
      description = "Input: the one item of the first input set.")
  private @Nullable String data;

  @Option(names = "--in-dir", paramLabel = "DIR", description = "Input: a tree of SET[:KEY]/ITEM.")
  private @Nullable Path inputFolder;

  @Option(
      names = "--case",
      paramLabel = "CASE",
      description = "Input: that of tests/CASE (default: the first case).")
  private @Nullable String testCase;

  DevCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    Project project = projectOption.find(terminal);
    int port = free(PORT);
    int adminPort = free(ADMIN_PORT);
    try (ProjectWatcher watcher = new ProjectWatcher(project.root());
        DevSession session =
            new DevSession(
                terminal,
                project,
                input(project),
                target,
                () -> DemoNode.startFor(terminal, project, port, adminPort))) {
      session.node().requireSandboxes(terminal);
      greet(project, session.node());
      watch(watcher, project, session);
      session.round(System.nanoTime());
      HeapGrowth.restrain();
      while (true) {
        watch(watcher, project, session);
        long savedNanos = watcher.await();
        watch(watcher, project, session);
        session.round(savedNanos);
      }
    } catch (InterruptedException e) {
      return ExitCode.INTERRUPTED;
    }
  }

  private void watch(ProjectWatcher watcher, Project project, DevSession session)
      throws IOException {
    watcher.watch(project.root(), session.outsideFiles());
    if (inputFolder != null) {
      watcher.watch(terminal.folder().resolve(inputFolder), List.of());
    }
  }

  private DevInput input(Project project) throws IOException {
    int chosen =
        (data == null ? 0 : 1) + (inputFolder == null ? 0 : 1) + (testCase == null ? 0 : 1);
    if (chosen > 1) {
      throw new CliException(ExitCode.USAGE, "give one of -d, --in-dir and --case", null);
    }
    if (data != null) {
      return new DevInput.Data(terminal, data);
    }
    if (inputFolder != null) {
      return new DevInput.Folder(terminal.folder().resolve(inputFolder));
    }
    DevInput.Case first = new DevInput.Case(project, testCase);
    if (testCase != null && first.find() == null) {
      throw new CliException(ExitCode.NOT_FOUND, "there is no test case '" + testCase + "'", null);
    }
    return first;
  }

  private void greet(Project project, DemoNode node) throws IOException {
    terminal.say(
        project.description().name()
            + ": node at "
            + node.invocationAddress()
            + ", administration at "
            + node.adminAddress());
    String name = target == null ? project.target() : target;
    String kind =
        project.functions().stream().anyMatch(each -> each.name().equals(name))
            ? "function"
            : "composition";
    terminal.say("try: curl -d text " + node.invocationAddress() + "/" + kind + "/" + name);
    terminal.say("watching " + project.root() + " until Ctrl-C");
  }

  /** The first port from {@code wanted} on that nobody listens on. */
  static int free(int wanted) throws IOException {
    for (int port = wanted; port < wanted + PORTS_TRIED; port++) {
      try (ServerSocket socket = new ServerSocket()) {
        socket.bind(
            new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port));
        return port;
      } catch (java.net.BindException e) {
        // Somebody else has it.
      }
    }
    throw new CliException(
        ExitCode.FAILED,
        "no port from " + wanted + " to " + (wanted + PORTS_TRIED - 1) + " is free",
        null);
  }
}
