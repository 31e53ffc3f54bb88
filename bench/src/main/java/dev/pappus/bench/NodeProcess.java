package dev.pappus.bench;

import dev.pappus.model.Limit;
import dev.pappus.server.Configuration;
import dev.pappus.server.ServerProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A node in a process of its own, with the options of the launcher, on free loopback ports; so that
 * its memory and processor time can be told from ours. Whoever started it closes it.
 */
public final class NodeProcess implements AutoCloseable {
  private static final long END_SECONDS_MAX = 20;
  private static final String GUEST_BUILD = "pappus.guest.build";

  private final Process process;
  private final URI invocation;
  private final URI administration;

  private NodeProcess(Process process, URI invocation, URI administration) {
    this.process = process;
    this.invocation = invocation;
    this.administration = administration;
  }

  /**
   * Starts it, and waits until it takes work.
   *
   * @param folder for its data and its log
   * @param egressPort the port of this host that its compositions may reach
   * @param limits that differ from the defaults
   * @param group where it lives, or null
   * @throws IOException if it does not come up, with the end of its log
   */
  public static NodeProcess start(
      Path guestBuild,
      Path folder,
      int egressPort,
      Map<Limit, Long> limits,
      @Nullable ControlGroup group)
      throws IOException {
    List<String> command = new ArrayList<>();
    if (group != null) {
      // It moves itself before it is a JVM: what was charged elsewhere would stay there.
      command.addAll(List.of("sh", "-c", "echo $$ > \"$0\" && exec \"$@\""));
      command.add(group.processes().toString());
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:+UseCompactObjectHeaders",
            "--enable-native-access=ALL-UNNAMED",
            "-Xms24m",
            "-XX:MaxRAMPercentage=40",
            "-D" + GUEST_BUILD + "=" + guestBuild.toAbsolutePath(),
            "-cp",
            System.getProperty("java.class.path"),
            NodeProcess.class.getName(),
            folder.resolve("data").toString(),
            "127.0.0.1:" + egressPort));
    limits.forEach((limit, value) -> command.add(limit.name() + "=" + value));
    Path log = folder.resolve("node.log");
    Process process =
        new ProcessBuilder(command)
            .redirectError(log.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .start();
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      String line = out.readLine();
      if (line == null) {
        throw new IOException("the node has not come up: " + Files.readString(log).strip());
      }
      return new NodeProcess(process, address(line, "invoke="), address(line, "admin="));
    } catch (IOException | RuntimeException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static URI address(String line, String name) {
    for (String word : line.split(" ", -1)) {
      if (word.startsWith(name)) {
        return URI.create(word.substring(name.length()));
      }
    }
    throw new IllegalStateException("no " + name + " in: " + line);
  }

  /** Its process: {@code DATA EGRESS [LIMIT=VALUE …]}. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Configuration.Builder builder =
        Configuration.builder()
            .port(0)
            .adminPort(0)
            .dataFolder(Path.of(arguments[0]))
            .egressPublic(false)
            .allowEgress(arguments[1]);
    for (int i = 2; i < arguments.length; i++) {
      String[] limit = arguments[i].split("=", 2);
      builder.limit(Limit.valueOf(limit[0]), Long.parseLong(limit[1]));
    }
    ServerProcess.run(builder.build(), Set.of(), System.out);
  }

  public URI invocation() {
    return invocation;
  }

  public URI administration() {
    return administration;
  }

  public long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
