package dev.pappus.bench;

import dev.pappus.bench.systems.ProductCommand;
import dev.pappus.model.Limit;
import dev.pappus.server.Configuration;
import dev.pappus.server.NodeJvm;
import dev.pappus.server.ServerProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A node in a process of its own, with the options of the launcher, on free loopback ports; so that
 * its memory and processor time can be told from ours. Whoever started it closes it.
 */
public final class NodeProcess implements AutoCloseable {
  private static final String GUEST_BUILD = "pappus.guest.build";

  private final ListeningProcess process;

  private NodeProcess(ListeningProcess process) {
    this.process = process;
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
    List<String> command =
        new ArrayList<>(
            ProductCommand.java(
                NodeJvm.OPTIONS,
                List.of("-D" + GUEST_BUILD + "=" + guestBuild.toAbsolutePath()),
                NodeProcess.class.getName()));
    command.addAll(List.of(folder.resolve("data").toString(), "127.0.0.1:" + egressPort));
    limits.forEach((limit, value) -> command.add(limit.name() + "=" + value));
    return new NodeProcess(ListeningProcess.start(command, folder, group));
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
    return process.address("invoke");
  }

  public URI administration() {
    return process.address("admin");
  }

  public long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    process.close();
  }
}
