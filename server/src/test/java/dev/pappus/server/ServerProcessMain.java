package dev.pappus.server;

import java.nio.file.Path;
import java.util.Set;

/** A process for {@link ServerProcessTest}: a node on free ports in the folder of its argument. */
final class ServerProcessMain {
  private ServerProcessMain() {}

  public static void main(String[] arguments) throws Exception {
    ServerProcess.run(
        Configuration.builder()
            .port(0)
            .adminPort(0)
            .engines(1)
            .dataFolder(Path.of(arguments[0]))
            .build(),
        Set.of("PAPPUS_SERVICE_HOST"),
        System.out);
  }
}
