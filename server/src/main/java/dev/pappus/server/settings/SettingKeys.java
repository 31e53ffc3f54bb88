package dev.pappus.server.settings;

import dev.pappus.model.Limit;
import dev.pappus.server.Configuration;
import dev.pappus.server.NodeDefaults;
import dev.pappus.server.access.AccessSettings;
import dev.pappus.server.settings.SettingKey.Use;
import dev.pappus.server.settings.SettingKey.Where;
import dev.pappus.server.telemetry.TelemetrySettings;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * All keys there are. A new one is a line here: the readers of files and environment, {@code pappus
 * config show} and docs/configuration.md take it from this table.
 */
public final class SettingKeys {
  /** In the order of the documentation. */
  public static final List<SettingKey> ALL = keys();

  /** Variables of ours that set no key: the launcher reads them, or whoever looks for a bug. */
  static final List<String> OTHER_VARIABLES =
      List.of(
          "PAPPUS_JVM_FOLDER",
          "PAPPUS_JAVA_OPTS",
          "PAPPUS_MAVEN_OPTS",
          "PAPPUS_CACHE",
          "PAPPUS_RUNTIMES",
          "PAPPUS_TEST_RUNTIMES",
          "PAPPUS_LOG");

  private SettingKeys() {}

  private static List<SettingKey> keys() {
    List<SettingKey> keys = new ArrayList<>();
    keys.add(
        SettingKey.integer(
                "version", 1, "version of the file's format", SettingKeys::requireVersion)
            .usedBy(Use.BOTH)
            .only(Where.FILES));

    keys.add(
        SettingKey.client(
            "server",
            SettingKey.Type.TEXT,
            "http://127.0.0.1:9080",
            "administration address of the node that commands talk to"));
    keys.add(
        SettingKey.client("token", SettingKey.Type.TEXT, "", "token that commands send")
            .only(Where.SECRET));
    keys.add(
        SettingKey.client("token_file", SettingKey.Type.PATH, "", "file that holds the token")
            .only(Where.PERSONAL));
    keys.add(
        SettingKey.client(
                "ca",
                SettingKey.Type.PATH,
                "",
                "PEM file with the certificates to trust for https, instead of Java's")
            .only(Where.PERSONAL));
    keys.add(
        SettingKey.client(
            "namespace", SettingKey.Type.TEXT, "", "namespace that commands ask for"));
    keys.add(
        SettingKey.text(
                "output",
                "table",
                "how commands print data: `table`, `wide` or `json`",
                SettingKeys::requireFormat)
            .usedBy(Use.CLIENT));

    keys.add(
        SettingKey.text(
                "node", "", "name of the node, shown in problems", Configuration.Builder::nodeName)
            .otherwise("the machine's name", NodeDefaults::name));
    keys.add(
        SettingKey.text(
            "host",
            "127.0.0.1",
            "address to listen on for invocations",
            Configuration.Builder::host));
    keys.add(
        SettingKey.integer(
            "port",
            Configuration.DEFAULT_PORT,
            "port for invocations; 0 is a free one",
            Configuration.Builder::port));
    keys.add(
        SettingKey.text(
            "admin_host",
            "127.0.0.1",
            "address to listen on for administration",
            Configuration.Builder::adminHost));
    keys.add(
        SettingKey.integer(
            "admin_port",
            Configuration.DEFAULT_ADMIN_PORT,
            "port for administration; 0 is a free one",
            Configuration.Builder::adminPort));
    keys.add(
        SettingKey.path("data", "folder for what is registered", Configuration.Builder::dataFolder)
            .otherwise(
                "`$XDG_DATA_HOME/pappus`, else `~/.local/share/pappus`",
                () -> NodeDefaults.dataFolder().toString()));
    keys.add(
        SettingKey.integer("engines", 1, "compute engines", Configuration.Builder::engines)
            .otherwise(
                "one for each core that functions may use",
                () -> (long) Runtime.getRuntime().availableProcessors()));
    keys.add(
        SettingKey.integer(
            "io_cores",
            0,
            "cores kept for HTTP, communication functions and the JVM itself; functions get the others. 0: all share all, and short functions run where their request was read",
            Configuration.Builder::ioCores));
    keys.add(
        SettingKey.text(
            "sandbox.backend",
            "auto",
            "what functions run in: `auto` (KVM where it works, else processes; functions may name either), `kvm`, `process` or `wasm` (WebAssembly only)",
            Configuration.Builder::sandbox));
    keys.add(
        SettingKey.text(
            "sandbox.entry",
            "auto",
            "how guests are entered: `auto`, `no-idt` or `idt`",
            Configuration.Builder::sandboxEntry));
    keys.add(
        SettingKey.texts(
            "egress.allow",
            "`HOST` or `CIDR`, with `:PORT` for one port only, that compositions may reach beside public addresses",
            Configuration.Builder::allowEgress));
    keys.add(
        SettingKey.bool(
            "egress.public",
            true,
            "whether compositions may reach public addresses",
            Configuration.Builder::egressPublic));
    keys.add(
        SettingKey.bool(
                "deploy.allow_remote",
                false,
                "the same as `access.remote = \"deploy\"`",
                AccessKeys.access(AccessSettings.Builder::allowRemoteDeploy))
            .only(Where.PERSONAL));
    keys.add(
        SettingKey.path(
            "deploy.local_path_folder",
            "folder from which clients may deploy by path",
            Configuration.Builder::localPathFolder));
    keys.addAll(AccessKeys.all());
    keys.add(
        SettingKey.text(
            "log.format",
            "auto",
            "form of the log: `text`, `json` lines, or `auto`: text on a terminal",
            Configuration.Builder::logFormat));
    keys.add(
        SettingKey.text(
            "log.level",
            "info",
            "least level that is logged: `trace`, `debug`, `info`, `warn` or `error`",
            Configuration.Builder::logLevel));
    keys.add(
        SettingKey.text(
                "telemetry.otlp",
                "",
                "base URL of the OTLP/HTTP receiver that [traces](observability.md) are sent to",
                Configuration.Builder::otlp)
            .otherwise(
                "`$OTEL_EXPORTER_OTLP_ENDPOINT`, else none",
                () -> System.getenv(TelemetrySettings.OTLP_VARIABLE)));
    for (Limit limit : Limit.values()) {
      keys.add(SettingKey.limit(limit));
    }
    return List.copyOf(keys);
  }

  private static void requireVersion(Configuration.Builder ignored, long version) {
    if (version != 1) {
      throw new IllegalArgumentException("must be 1, the only version of this format");
    }
  }

  private static void requireFormat(Configuration.Builder ignored, String format) {
    if (!List.of("table", "wide", "json").contains(format)) {
      throw new IllegalArgumentException("must be table, wide or json, not '" + format + "'");
    }
  }

  /** The key that {@code dotted} is. */
  public static Optional<SettingKey> find(String dotted) {
    return ALL.stream().filter(key -> key.matches(dotted)).findFirst();
  }

  static boolean isSection(String dotted) {
    return ALL.stream().anyMatch(key -> key.isBelow(dotted));
  }

  /** Names of keys and of the tables they stand in, for suggestions. */
  static NavigableSet<String> names() {
    NavigableSet<String> names = new TreeSet<>();
    for (SettingKey key : ALL) {
      names.add(key.name());
      int dot = key.name().indexOf('.');
      if (dot > 0) {
        names.add(key.name().substring(0, dot));
      }
    }
    return names;
  }

  /** Variables that mean something. */
  static NavigableSet<String> variables() {
    NavigableSet<String> variables = new TreeSet<>(OTHER_VARIABLES);
    ALL.stream().flatMap(key -> Stream.ofNullable(key.variable())).forEach(variables::add);
    return variables;
  }
}
