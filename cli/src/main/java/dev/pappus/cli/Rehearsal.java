package dev.pappus.cli;

import dev.pappus.server.OptimisingCompiler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.Future;

/**
 * What the JVMs run that make the launcher's caches (cache.sh): a node from start to end, then one
 * that finds what was deployed to it, and in a second JVM everyday commands against the first. Each
 * cache holds what its JVM has used. That something fails, for want of KVM for instance, only makes
 * it smaller.
 */
public final class Rehearsal {
  private static final String SERVER = "PAPPUS_SERVER";
  private static final String TOKEN = "PAPPUS_TOKEN";

  /** Enough for the node's cache to tell what is hot. */
  private static final int INVOCATIONS = 200;

  /** A node does not connect to its own host, but makes the client that would. */
  private static final String FETCH =
      """
      function HTTP (requests) => (headers, bodies);
      composition fetch (request) => (body) {
        HTTP (requests = all request) => (body = bodies);
      }
      """;

  private static final int WATCH_MILLIS_MAX = 10_000;

  private final Terminal process;
  private final Path folder;
  private final Map<String, String> environment;

  private Rehearsal(Terminal process, Path folder, Map<String, String> environment) {
    this.process = process;
    this.folder = folder;
    this.environment = environment;
  }

  /**
   * Runs a node.
   *
   * @param arguments the command line that runs the commands; without it, this is their JVM
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Terminal process = Terminal.ofProcess();
    Path folder = Files.createTempDirectory("rehearsal");
    if (arguments.length > 0) {
      new Rehearsal(process, folder, Map.of()).node(arguments);
    } else {
      new Rehearsal(process, folder, chosen(process.environment())).commands();
    }
    Folders.delete(folder);
    System.exit(0);
  }

  /** Of the environment what names the node; a person's other settings are none of it. */
  private static Map<String, String> chosen(Map<String, String> environment) {
    return Map.of(
        SERVER, environment.getOrDefault(SERVER, ""), TOKEN, environment.getOrDefault(TOKEN, ""));
  }

  private void node(String... commands) throws IOException, InterruptedException {
    // Nobody else on this machine may use it, whatever the machine's settings are.
    Path settings = Files.writeString(folder.resolve("node.toml"), "access.loopback = \"none\"\n");
    String data = folder.resolve("data").toString();
    // As Main does, as far as it may be done at the priority that caches are made at; and a node
    // looks for settings where --config does not name any.
    Future<Void> _ = OptimisingCompiler.standBack();
    run("config", "show");
    String token = run("token", "create", "--scope", "admin", "--data", data).strip();
    List<String> server =
        List.of(
            "server",
            "--config=" + settings,
            "--port=0",
            "--admin-port=0",
            "--sandbox=auto",
            "--data=" + data);
    serve(
        server,
        address -> {
          ProcessBuilder child = new ProcessBuilder(commands).inheritIO();
          child.environment().put(SERVER, address);
          child.environment().put(TOKEN, token);
          child.start().waitFor();
        });
    // Now there is something that a node finds when it starts.
    serve(server, _ -> {});
  }

  /** Something that is done with a node. */
  private interface Use {
    void with(String address) throws IOException, InterruptedException;
  }

  /** A node from its start to its end, of which {@code use} gets the address for administration. */
  private void serve(List<String> command, Use use) throws IOException, InterruptedException {
    try (PipedInputStream said = new PipedInputStream()) {
      PipedOutputStream saying = new PipedOutputStream(said);
      Thread node =
          Thread.ofPlatform()
              .start(() -> {
                try (PrintStream out = new PrintStream(saying, true, StandardCharsets.UTF_8)) {
                  Main.run(terminal(out), command.toArray(String[]::new));
                }
              });
      try {
        Scanner lines = new Scanner(said, StandardCharsets.UTF_8);
        if (lines.hasNextLine()) {
          String address = lines.nextLine().replaceFirst(".* admin=", "");
          use.with(address);
          watch(URI.create(address));
        }
      } finally {
        node.interrupt();
      }
      node.join();
    }
  }

  /** Whether it is ready, by somebody who then hangs up, as those do who watch a node. */
  private static void watch(URI node) {
    try (Socket connection = new Socket(node.getHost(), node.getPort())) {
      connection.setSoTimeout(WATCH_MILLIS_MAX);
      byte[] question =
          "GET /readyz HTTP/1.1\r\nHost: node\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
      connection.getOutputStream().write(question);
      int _ = connection.getInputStream().read();
    } catch (IOException e) {
      // Then the cache is smaller.
    }
  }

  private void commands() throws IOException {
    run("version");
    run("help", "invoke");
    run("deploy", process.guestBuild().resolve("greet.elf").toString());
    for (int i = 0; i < INVOCATIONS; i++) {
      run("invoke", "greet", "-d", "World");
    }
    run("invoke", "greet", "-d", "World", "-o", "json");
    run("ls");
    run("ls", "-o", "json");
    run("ps");
    run("logs");
    run("graph", "greet");
    run("rm", "greet");
    run("deploy", Files.writeString(folder.resolve("fetch.dag"), FETCH).toString());
    run("invoke", "fetch", "-d", "GET http://127.0.0.1:1/ HTTP/1.1");
    run("explain");
    run("deploy", process.guestBuild().resolve("greet.elf").toString());
  }

  /** What a command prints. */
  private String run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Main.run(terminal(new PrintStream(out, true, StandardCharsets.UTF_8)), arguments);
    return out.toString(StandardCharsets.UTF_8);
  }

  private Terminal terminal(PrintStream out) {
    return new Terminal(
        RawArguments.none(),
        InputStream.nullInputStream(),
        out,
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
        environment,
        process.home(),
        process.guestBuild(),
        folder,
        false,
        false,
        false,
        new Terminal.Talk());
  }
}
