package dev.pappus.server;

import java.nio.file.Path;
import java.util.Set;

/**
 * A process for {@link ServerProcessTest}: a node on free ports in the folder of its first
 * argument; the second is the number of cores that it keeps for itself.
 */
final class ServerProcessMain {
  private ServerProcessMain() {}

  public static void main(String[] arguments) throws Exception {
    Configuration.Builder builder =
        Configuration.builder().port(0).adminPort(0).dataFolder(Path.of(arguments[0]));
    if (arguments.length > 1) {
      builder.ioCores(Long.parseLong(arguments[1]));
    } else {
      builder.engines(1);
    }
    ServerProcess.run(builder.build(), Set.of("PAPPUS_SERVICE_HOST"), System.out);
  }
}
