package dev.pappus.cli;

import dev.pappus.server.Configuration;
import dev.pappus.server.ServerProcess;
import dev.pappus.server.settings.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs a node until it is told to stop. */
@Command(name = "server", description = "Run a node until SIGTERM or Ctrl-C.")
final class ServerCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Option(names = "--config", paramLabel = "FILE", description = SettingsSource.CONFIG_HELP)
  private @Nullable Path config;

  @Option(names = "--host", description = "Address for invocations (default: 127.0.0.1).")
  private @Nullable String host;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Port for invocations; 0 is a free one (default: 8080).")
  private @Nullable Integer port;

  @Option(names = "--admin-host", description = "Address for administration (default: 127.0.0.1).")
  private @Nullable String adminHost;

  @Option(
      names = "--admin-port",
      paramLabel = "N",
      description = "Port for administration; 0 is a free one (default: 9080).")
  private @Nullable Integer adminPort;

  @Option(names = "--data", paramLabel = "DIR", description = "Folder for what is registered.")
  private @Nullable Path data;

  @Option(names = "--engines", paramLabel = "N", description = "Compute engines.")
  private @Nullable Integer engines;

  @Option(
      names = "--io-cores",
      paramLabel = "N",
      description =
          "Cores kept for HTTP, communication functions and the JVM; functions get the others"
              + " (default: 0, all share all).")
  private @Nullable Integer ioCores;

  @Option(
      names = "--sandbox",
      paramLabel = "KIND",
      description = "What functions run in: auto, kvm, process or wasm (default: auto).")
  private @Nullable String sandbox;

  @Option(
      names = "--egress",
      paramLabel = "HOST|CIDR[:PORT]",
      description = "A destination beside public ones that compositions may reach; repeatable.")
  private final List<String> egress = new ArrayList<>();

  @Option(
      names = "--allow-remote-deploy",
      description = "Whoever reaches a non-loopback address may deploy.")
  private boolean allowRemoteDeploy;

  ServerCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    try {
      Settings settings = SettingsSource.load(terminal, config);
      ServerProcess.run(configuration(settings), settings.foreignVariables(), terminal.out());
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()), null);
    }
    return ExitCode.OK;
  }

  private Configuration configuration(Settings settings) {
    Configuration.Builder builder = settings.builder().compilers(new NodeCompiler(terminal));
    if (host != null) {
      builder.host(host);
    }
    if (port != null) {
      builder.port(port);
    }
    if (adminHost != null) {
      builder.adminHost(adminHost);
    }
    if (adminPort != null) {
      builder.adminPort(adminPort);
    }
    if (data != null) {
      builder.dataFolder(data);
    }
    if (engines != null) {
      builder.engines(engines);
    }
    if (ioCores != null) {
      builder.ioCores(ioCores);
    }
    if (sandbox != null) {
      builder.sandbox(Target.sandbox(sandbox).text());
    }
    egress.forEach(builder::allowEgress);
    if (allowRemoteDeploy) {
      builder.access(access -> access.allowRemoteDeploy(true));
    }
    return builder.build();
  }
}
