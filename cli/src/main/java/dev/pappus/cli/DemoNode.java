package dev.pappus.cli;

import dev.pappus.model.SandboxChoice;
import dev.pappus.server.Configuration;
import dev.pappus.server.PappusNode;
import dev.pappus.server.settings.Settings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** A node in this process, on free ports, with a data folder that goes with it. */
final class DemoNode implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 90_000;

  private final PappusNode node;
  private final Path folder;

  /** Ctrl-C must leave nothing behind either. */
  private final Thread hook = new Thread(this::stop, "demo-stop");

  private DemoNode(PappusNode node, Path folder) {
    this.node = node;
    this.folder = folder;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Starts it.
   *
   * @param egress the one destination, {@code HOST:PORT}, that its compositions may reach
   */
  static DemoNode start(String egress) throws IOException {
    return start(egress, SandboxChoice.AUTO);
  }

  /** The same, with one kind of sandbox. */
  static DemoNode start(String egress, SandboxChoice sandbox) throws IOException {
    return start(
        Configuration.builder()
            .port(0)
            .adminPort(0)
            .sandbox(sandbox.text())
            .egressPublic(false)
            .allowEgress(egress));
  }

  /** Starts it with the user's settings, but on loopback only, on free ports. */
  static DemoNode startWith(Settings settings, Consumer<Configuration.Builder> more)
      throws IOException {
    return start(
        settings.builder().host("127.0.0.1").port(0).adminHost("127.0.0.1").adminPort(0), more);
  }

  /** Starts it for a project, with its settings, on given loopback ports; 0 is a free one. */
  static DemoNode startFor(Terminal terminal, Project project, int port, int adminPort)
      throws IOException {
    Settings settings =
        Settings.load(Settings.Sources.of(terminal.environment(), project.root(), null));
    return startWith(
        settings,
        builder -> builder.port(port).adminPort(adminPort).compilers(new NodeCompiler(terminal)));
  }

  private static DemoNode start(Configuration.Builder builder) throws IOException {
    return start(builder, _ -> {});
  }

  private static DemoNode start(Configuration.Builder builder, Consumer<Configuration.Builder> more)
      throws IOException {
    Path folder = Files.createTempDirectory("pappus-node-");
    try {
      builder.dataFolder(folder.resolve("data"));
      more.accept(builder);
      return new DemoNode(PappusNode.start(builder.build()), folder);
    } catch (IOException | RuntimeException e) {
      delete(folder);
      throw e;
    }
  }

  URI adminAddress() {
    return URI.create(node.addresses().administration());
  }

  URI invocationAddress() {
    return URI.create(node.addresses().invocation());
  }

  /** For its administration port. */
  NodeClient client() {
    return new NodeClient(adminAddress(), TIMEOUT_MILLIS);
  }

  /** Which sandbox native programs get, and why. */
  String sandbox() {
    return node.describeSandboxes().getFirst();
  }

  /** Ends the command if it cannot run native functions. */
  void requireSandboxes(Terminal terminal) {
    String unavailable = node.sandboxes().whyNoNativePrograms();
    if (unavailable != null) {
      throw new CliException(
          ExitCode.FAILED,
          "compute functions cannot run here: " + unavailable,
          "see all of it with: " + terminal.launcher() + " doctor");
    }
  }

  /** A folder that lives as long as the node. */
  Path folder() {
    return folder;
  }

  @Override
  public void close() {
    if (removeHook()) {
      stop();
    }
  }

  /** False if the process is ending, so that the hook does the rest. */
  private boolean removeHook() {
    try {
      return Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return false;
    }
  }

  private void stop() {
    node.close();
    delete(folder);
  }

  private static void delete(Path folder) {
    try {
      Folders.delete(folder);
    } catch (IOException e) {
      // A temporary folder that stays behind is no reason to fail a demo that has worked.
      System.err.println("pappus: cannot remove " + folder + ": " + IoText.of(e));
    }
  }
}
