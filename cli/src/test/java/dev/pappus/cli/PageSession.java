package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A shell session as a page tells it, in a folder of its own: {@code ./pappus} there is the command
 * under test, and addresses of the default ports mean the node that the session has started. One
 * thread uses it.
 */
final class PageSession implements AutoCloseable {
  private static final int STEP_SECONDS = 120;
  private static final String LISTENING = "listening ";

  private final Path home;
  private final List<Process> running = new ArrayList<>();
  private Path working;
  private String invocation = "";
  private String administration = "";

  /** What a line of the session gave. */
  record Step(int exitCode, String text) {}

  PageSession(Path folder) throws IOException {
    this.home = folder.toRealPath();
    this.working = home;
    Path launcher = home.resolve("pappus");
    Files.writeString(
        launcher,
        """
        #!/bin/sh
        exec "$PAGE_JAVA" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC \\
          --enable-native-access=ALL-UNNAMED "-Dpappus.home=$PAGE_ROOT" \\
          "-Dpappus.guest.build=$PAGE_GUEST" -cp "$PAGE_CLASSES" dev.pappus.cli.Main "$@"
        """);
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path examples = CommandRun.ROOT.resolve("guest/examples");
    Files.createDirectories(home.resolve("guest/examples"));
    Files.copy(examples.resolve("webhook.c"), home.resolve("guest/examples/webhook.c"));
  }

  Path folder() {
    return home;
  }

  /** Starts a node on free ports; its data goes with the folder. */
  void startNode(String line) throws IOException {
    Process node = start(line + " --port 0 --admin-port 0 --data node-data 2>>node.log");
    running.add(node);
    BufferedReader out = node.inputReader(StandardCharsets.UTF_8);
    for (String each = out.readLine(); each != null; each = out.readLine()) {
      if (each.startsWith(LISTENING)) {
        invocation = address(each, "invoke=");
        administration = address(each, "admin=");
        return;
      }
    }
    throw new AssertionError("no node: " + Files.readString(home.resolve("node.log")));
  }

  private static String address(String line, String name) {
    int start = line.indexOf(name) + name.length();
    int end = line.indexOf(' ', start);
    return end < 0 ? line.substring(start) : line.substring(start, end);
  }

  /** Starts {@code line} and reads what it prints until it has printed {@code text}. */
  void untilPrinted(String line, String text) throws IOException {
    Process process = start(line + " 2>&1");
    running.add(process);
    // Ends the read below, so that a command that says nothing fails instead of hanging.
    CompletableFuture.delayedExecutor(STEP_SECONDS, TimeUnit.SECONDS).execute(() -> stop(process));
    StringBuilder seen = new StringBuilder();
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    for (String each = out.readLine(); each != null; each = out.readLine()) {
      seen.append(each).append('\n');
      if (each.contains(text)) {
        stop(process);
        return;
      }
    }
    throw new AssertionError("'" + line + "' ended without '" + text + "':\n" + seen);
  }

  /** Runs {@code line} to its end. */
  Step run(String line) throws IOException {
    if (line.startsWith("cd ")) {
      working = working.resolve(line.substring(3).strip()).normalize();
      assertThat(working).as(line).isDirectory().startsWith(home);
      return new Step(0, "");
    }
    Path text = Files.createTempFile(home, "step-", ".txt");
    Process process = start("{ " + line + "\n} >" + text + " 2>&1");
    running.add(process);
    try {
      boolean ended = process.waitFor(STEP_SECONDS, TimeUnit.SECONDS);
      String printed = Files.readString(text);
      assertThat(ended).as("'%s' goes on and on:%n%s", line, printed).isTrue();
      Files.delete(text);
      return new Step(process.exitValue(), printed);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Runs a command to its end, which must be as its page says. */
  Step runAsThePageSays(PageCommands.Command command) throws IOException {
    Step step = run(command.line());
    assertThat(step.exitCode()).as("%s%n%s", command.line(), step.text()).isZero();
    assertThat(step.text()).as(command.line()).contains(command.prints());
    if (command.line().startsWith("curl ")) {
      assertThat(step.text()).as(command.line()).doesNotContain("urn:pappus:problem");
    }
    return step;
  }

  private Process start(String line) throws IOException {
    String command =
        line.replace("http://127.0.0.1:8080", invocation.isEmpty() ? "http://absent" : invocation)
            .replace(
                "http://127.0.0.1:9080",
                administration.isEmpty() ? "http://absent" : administration);
    ProcessBuilder shell =
        new ProcessBuilder("sh", "-c", command)
            .directory(working.toFile())
            .redirectInput(Path.of("/dev/null").toFile());
    var environment = shell.environment();
    environment.keySet().removeIf(name -> name.startsWith("PAPPUS_") || name.startsWith("XDG_"));
    environment.put("HOME", home.toString());
    environment.put("PATH", home + ":" + environment.get("PATH"));
    environment.put(
        "PAGE_JAVA", Path.of(System.getProperty("java.home"), "bin", "java").toString());
    environment.put("PAGE_ROOT", CommandRun.ROOT.toString());
    environment.put("PAGE_GUEST", CommandRun.GUEST_BUILD.toString());
    environment.put("PAGE_CLASSES", System.getProperty("java.class.path"));
    if (!administration.isEmpty()) {
      environment.put("PAPPUS_SERVER", administration);
    }
    return shell.start();
  }

  private static void stop(Process process) {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    try {
      if (!process.waitFor(STEP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    running.reversed().forEach(PageSession::stop);
  }
}
