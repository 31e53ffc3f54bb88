package dev.pappus.cli;

import dev.pappus.server.Configuration;
import dev.pappus.server.ServerProcess;
import dev.pappus.server.settings.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Runs a node until it is told to stop. */
final class ServerCommand implements Callable<Integer> {
  static final String NAME = "server";

  private final Terminal terminal;

  private @Nullable Path config;
  private @Nullable String host;
  private @Nullable Integer port;
  private @Nullable String adminHost;
  private @Nullable Integer adminPort;
  private @Nullable Path data;
  private @Nullable Integer engines;
  private @Nullable Integer ioCores;
  private @Nullable String sandbox;
  private final List<String> egress = new ArrayList<>();
  private boolean allowRemoteDeploy;

  ServerCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Described in code, as a node's start is as long as its command takes to be read. */
  CommandSpec spec() {
    CommandSpec spec = CommandSpec.wrapWithoutInspection(this).name(NAME);
    spec.usageMessage().description("Run a node until SIGTERM or Ctrl-C.");
    addPlaces(spec);
    addWork(spec);
    return spec;
  }

  private void addPlaces(CommandSpec spec) {
    add(spec, Path.class, value -> config = value, SettingsSource.CONFIG_HELP, "FILE", "--config");
    add(
        spec,
        String.class,
        value -> host = value,
        "Address for invocations (default: 127.0.0.1).",
        "<host>",
        "--host");
    add(
        spec,
        Integer.class,
        value -> port = value,
        "Port for invocations; 0 is a free one (default: 8080).",
        "N",
        "--port");
    add(
        spec,
        String.class,
        value -> adminHost = value,
        "Address for administration (default: 127.0.0.1).",
        "<adminHost>",
        "--admin-host");
    add(
        spec,
        Integer.class,
        value -> adminPort = value,
        "Port for administration; 0 is a free one (default: 9080).",
        "N",
        "--admin-port");
    add(spec, Path.class, value -> data = value, "Folder for what is registered.", "DIR", "--data");
  }

  private void addWork(CommandSpec spec) {
    add(spec, Integer.class, value -> engines = value, "Compute engines.", "N", "--engines");
    add(
        spec,
        Integer.class,
        value -> ioCores = value,
        "Cores kept for HTTP, communication functions and the JVM; functions get the others"
            + " (default: 0, all share all).",
        "N",
        "--io-cores");
    add(
        spec,
        String.class,
        value -> sandbox = value,
        "What functions run in: auto, kvm, process or wasm (default: auto).",
        "KIND",
        "--sandbox");
    add(
        spec,
        String[].class,
        values -> Collections.addAll(egress, values),
        "A destination beside public ones that compositions may reach; repeatable.",
        "HOST|CIDR[:PORT]",
        "--egress");
    spec.addOption(
        DescribedOption.of(
                Boolean.class,
                value -> allowRemoteDeploy = value,
                "Whoever reaches a non-loopback address may deploy.",
                "--allow-remote-deploy")
            .arity("0")
            .build());
  }

  private static <T> void add(
      CommandSpec spec,
      Class<T> type,
      Consumer<T> set,
      String description,
      String label,
      String name) {
    spec.addOption(DescribedOption.of(type, set, description, name).paramLabel(label).build());
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

  Configuration configuration(Settings settings) {
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
