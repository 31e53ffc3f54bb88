package dev.pappus.cli;

import dev.pappus.server.settings.Setting;
import dev.pappus.server.settings.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;

/** Which node to talk to, and as whom. */
@Command
class NodeAddress {
  static final String DEFAULT_URL = "http://127.0.0.1:9080";
  static final int DEFAULT_TIMEOUT_MILLIS = 90_000;

  /** Names another default to tests, which cannot have the port for themselves. */
  static final String DEFAULT_PROPERTY = "pappus.server.default";

  private static final long TOKEN_BYTES_MAX = 8192;

  private @Nullable String url;
  private @Nullable String namespace;

  /** A mixin of this for commands that are described by annotations. */
  @Mixin
  private final CommandSpec spec =
      CommandSpec.create()
          .addOption(
              DescribedOption.of(
                      String.class,
                      value -> url = value,
                      "Admin address of the node (default: the setting server, else "
                          + DEFAULT_URL
                          + ").",
                      "--server")
                  .paramLabel("URL")
                  .build())
          .addOption(
              DescribedOption.of(
                      String.class,
                      value -> namespace = value,
                      "Namespace to work in (default: the setting namespace, else the token's).",
                      "-n",
                      "--namespace")
                  .paramLabel("NAME")
                  .build());

  /** For commands that are described in code. */
  final CommandSpec spec() {
    return spec;
  }

  /** A client for the node that option, environment, file or default name. */
  final NodeClient clientWaiting(Terminal terminal, int timeoutMillis) {
    Settings settings = SettingsSource.load(terminal, null);
    URI address = address(settings);
    String token = token(terminal, settings);
    requireTrusted(settings, address, token);
    NodeClient.Access access =
        new NodeClient.Access(
            token,
            namespace != null ? namespace : settings.text("namespace").orElse(null),
            address.getScheme().equals("https")
                ? settings.text("ca").map(Path::of).map(TrustedAuthorities::of).orElse(null)
                : null);
    return new NodeClient(address, timeoutMillis, access).shownOn(terminal);
  }

  /** Whether somebody has named a node, so that another place to run would be a surprise. */
  final boolean namesNode(Terminal terminal) {
    return url != null || SettingsSource.load(terminal, null).find("server").isPresent();
  }

  /** The namespace that the command line names; null is none. */
  final @Nullable String namespace() {
    return namespace;
  }

  private URI address(Settings settings) {
    String chosen = url;
    String otherwise = System.getProperty(DEFAULT_PROPERTY, DEFAULT_URL);
    return parse(chosen != null ? chosen : settings.text("server").orElse(otherwise));
  }

  private static URI parse(String address) {
    try {
      URI uri = new URI(address.contains("://") ? address : "http://" + address);
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      if ((scheme.equals("http") || scheme.equals("https"))
          && uri.getHost() != null
          && uri.getUserInfo() == null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // The message below says all there is to say.
    }
    throw new CliException(
        ExitCode.USAGE,
        "'" + address + "' is not the address of a node",
        "write it like " + DEFAULT_URL);
  }

  private static @Nullable String token(Terminal terminal, Settings settings) {
    Optional<String> direct = settings.text("token");
    if (direct.isPresent()) {
      return requireToken("PAPPUS_TOKEN", direct.get().strip());
    }
    Optional<String> file = settings.text("token_file");
    if (file.isEmpty()) {
      return null;
    }
    Path path = terminal.folder().resolve(file.get());
    try {
      if (Files.size(path) > TOKEN_BYTES_MAX) {
        throw new CliException(ExitCode.USAGE, path + " is too large for a token", null);
      }
      return requireToken(path.toString(), Files.readString(path).strip());
    } catch (IOException e) {
      throw new CliException(
          ExitCode.FORBIDDEN,
          "cannot read the token: " + IoText.of(e),
          "see: pappus config show --origin");
    }
  }

  private static String requireToken(String where, String token) {
    if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new CliException(
          ExitCode.USAGE,
          where + " holds no token",
          "make one on the node's machine: pappus token create --scope deploy");
    }
    return token;
  }

  /** A project from elsewhere must not make us send a token to an address of its choice. */
  private void requireTrusted(Settings settings, URI address, @Nullable String token) {
    Optional<Setting> chosen = url == null ? settings.find("server") : Optional.empty();
    if (token != null
        && chosen.filter(each -> each.origin() == Setting.Origin.PROJECT).isPresent()
        && !isLoopback(address)) {
      throw new CliException(
          ExitCode.FORBIDDEN,
          chosen.get().place()
              + ": the project chose "
              + address
              + "; your token is not sent there unasked",
          "say that you mean it: --server " + address + ", or PAPPUS_SERVER");
    }
  }

  private static boolean isLoopback(URI address) {
    try {
      String host = String.valueOf(address.getHost());
      return host.equals("localhost")
          || (host.matches("[0-9.]+|\\[.*]") && InetAddress.getByName(host).isLoopbackAddress());
    } catch (IOException e) {
      return false;
    }
  }
}
