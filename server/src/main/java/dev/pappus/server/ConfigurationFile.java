package dev.pappus.server;

import dev.pappus.model.Limit;
import dev.pappus.model.Namespace;
import dev.pappus.model.Suggestion;
import dev.pappus.server.access.Quota;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * The configuration file, TOML:
 *
 * <pre>
 * version = 1
 * node = "alpha"
 * host = "127.0.0.1"
 * port = 8080
 * admin_host = "127.0.0.1"
 * admin_port = 9080
 * data = "/var/lib/pappus"
 * engines = 2
 *
 * [sandbox]
 * entry = "auto"
 *
 * [egress]
 * allow = ["10.0.0.0/8:443", "logs.internal"]
 * public = true
 *
 * [deploy]
 * allow_remote = false
 * local_path_folder = "/srv/functions"
 *
 * [access]
 * loopback = "admin"
 * remote = "none"
 *
 * [tls]
 * certificate = "/etc/pappus/node.pem"
 * key = "/etc/pappus/node.key"
 * loopback = false
 *
 * [namespaces.team]
 * rate = "100/s"
 * concurrency = 16
 * bytes = "10MiB/s"
 *
 * [limits]
 * function_run = "10s"
 * </pre>
 */
public final class ConfigurationFile {
  private static final Map<String, BiConsumer<Configuration.Builder, Object>> KEYS = keys();

  private static final Pattern NAMESPACE =
      Pattern.compile("namespaces(\\.[A-Za-z_][A-Za-z0-9_]{0,62})?");
  private static final Pattern QUOTA =
      Pattern.compile("namespaces\\.([A-Za-z_][A-Za-z0-9_]{0,62})\\.(rate|concurrency|bytes)");

  private final Path path;
  private final List<String> faults = new ArrayList<>();

  private ConfigurationFile(Path path) {
    this.path = path;
  }

  /**
   * Sets what {@code path} says in {@code builder}.
   *
   * @throws ConfigurationException naming all faults as {@code FILE:LINE:COLUMN: …}
   */
  public static void read(Path path, Configuration.Builder builder) {
    TomlParseResult parsed;
    try {
      parsed = Toml.parse(path);
    } catch (IOException e) {
      throw new ConfigurationException("cannot read " + path + ": " + e.getMessage(), e);
    }
    new ConfigurationFile(path).apply(parsed, builder);
  }

  private static Map<String, BiConsumer<Configuration.Builder, Object>> keys() {
    Map<String, BiConsumer<Configuration.Builder, Object>> keys = new LinkedHashMap<>();
    keys.put("version", (_, value) -> requireVersion(integer(value)));
    keys.put("node", (to, value) -> to.nodeName(text(value)));
    keys.put("host", (to, value) -> to.host(text(value)));
    keys.put("port", (to, value) -> to.port(integer(value)));
    keys.put("admin_host", (to, value) -> to.adminHost(text(value)));
    keys.put("admin_port", (to, value) -> to.adminPort(integer(value)));
    keys.put("data", (to, value) -> to.dataFolder(Path.of(text(value))));
    keys.put("engines", (to, value) -> to.engines(integer(value)));
    keys.put("sandbox.entry", (to, value) -> to.sandboxEntry(text(value)));
    keys.put("egress.allow", (to, value) -> texts(value).forEach(to::allowEgress));
    keys.put("egress.public", (to, value) -> to.egressPublic(bool(value)));
    keys.put("deploy.allow_remote", (to, value) -> to.allowRemoteDeploy(bool(value)));
    keys.put("deploy.local_path_folder", (to, value) -> to.localPathFolder(Path.of(text(value))));
    keys.put("access.loopback", (to, value) -> to.anonymousLoopback(text(value)));
    keys.put("access.remote", (to, value) -> to.anonymousRemote(text(value)));
    keys.put("tls.certificate", (to, value) -> to.tlsCertificate(Path.of(text(value))));
    keys.put("tls.key", (to, value) -> to.tlsKey(Path.of(text(value))));
    keys.put("tls.loopback", (to, value) -> to.tlsLoopback(bool(value)));
    for (Limit limit : Limit.values()) {
      keys.put(
          "limits." + limit.key(), (to, value) -> to.limit(limit, limit.parse(numeric(value))));
    }
    return keys;
  }

  private void apply(TomlParseResult parsed, Configuration.Builder builder) {
    parsed.errors().forEach(error -> fault(error.position(), String.valueOf(error.getMessage())));
    if (faults.isEmpty()) {
      walk(parsed, "", builder);
    }
    if (!faults.isEmpty()) {
      throw new ConfigurationException(String.join("\n", faults));
    }
  }

  private void walk(TomlTable table, String prefix, Configuration.Builder builder) {
    for (String key : table.keySet()) {
      String dotted = prefix + key;
      TomlPosition position = table.inputPositionOf(List.of(key));
      Object value = table.get(List.of(key));
      BiConsumer<Configuration.Builder, Object> setter = setter(dotted);
      if (setter != null && value != null) {
        try {
          setter.accept(builder, value);
        } catch (IllegalArgumentException e) {
          fault(position, dotted + " " + e.getMessage());
        }
      } else if (value instanceof TomlTable nested && isTable(dotted)) {
        walk(nested, dotted + ".", builder);
      } else {
        fault(position, "unknown key '" + dotted + "'" + Suggestion.didYouMean(dotted, known()));
      }
    }
  }

  private static @Nullable BiConsumer<Configuration.Builder, Object> setter(String dotted) {
    Matcher quota = QUOTA.matcher(dotted);
    if (!quota.matches()) {
      return KEYS.get(dotted);
    }
    Namespace namespace = new Namespace(quota.group(1));
    return switch (quota.group(2)) {
      case "rate" ->
          (to, value) ->
              to.quota(namespace, of -> of.withRequestsPerSecond(Quota.parseRate(text(value))));
      case "bytes" ->
          (to, value) ->
              to.quota(namespace, of -> of.withBytesPerSecond(Quota.parseBytesRate(text(value))));
      default -> (to, value) -> to.quota(namespace, of -> of.withConcurrency(integer(value)));
    };
  }

  private static boolean isTable(String name) {
    return NAMESPACE.matcher(name).matches()
        || KEYS.keySet().stream().anyMatch(key -> key.startsWith(name + "."));
  }

  private static Set<String> known() {
    TreeSet<String> known = new TreeSet<>(KEYS.keySet());
    known.add("namespaces");
    KEYS.keySet().stream()
        .filter(key -> key.indexOf('.') > 0)
        .forEach(key -> known.add(key.substring(0, key.indexOf('.'))));
    return known;
  }

  private void fault(@Nullable TomlPosition position, String message) {
    faults.add(
        position == null
            ? path + ": " + message
            : path + ":" + position.line() + ":" + position.column() + ": " + message);
  }

  private static void requireVersion(long version) {
    if (version != 1) {
      throw new IllegalArgumentException("must be 1, the only version of this format");
    }
  }

  private static String text(Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException("must be a string in quotes, not " + value);
  }

  private static long integer(Object value) {
    if (value instanceof Long number) {
      return number;
    }
    throw new IllegalArgumentException("must be a whole number without quotes, not " + value);
  }

  private static boolean bool(Object value) {
    if (value instanceof Boolean bool) {
      return bool;
    }
    throw new IllegalArgumentException("must be true or false, not " + value);
  }

  private static String numeric(Object value) {
    if (value instanceof String || value instanceof Long) {
      return value.toString();
    }
    throw new IllegalArgumentException(
        "must be a number, or a string like \"64MiB\" or \"10s\", not " + value);
  }

  private static List<String> texts(Object value) {
    if (value instanceof TomlArray array) {
      return array.toList().stream().map(ConfigurationFile::text).toList();
    }
    throw new IllegalArgumentException("must be an array of strings, not " + value);
  }
}
