package dev.pappus.cli;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code --server} of every command that talks to a node. */
@Command
final class NodeOption {
  static final String DEFAULT_URL = "http://127.0.0.1:9080";

  @Option(
      names = "--server",
      paramLabel = "URL",
      description =
          "Admin address of the node (default: $PAPPUS_SERVER, else " + DEFAULT_URL + ").")
  private @Nullable String url;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "How long to wait for the node's answer, e.g. 5s (default: 90s).")
  private String timeout = "90s";

  /** A client for the node that flag, environment or default name. */
  NodeClient client(Terminal terminal) {
    String address = address(terminal);
    return new NodeClient(parse(address.isEmpty() ? DEFAULT_URL : address), parseTimeout(timeout));
  }

  /** Whether somebody has named a node, so that another place to run would be a surprise. */
  boolean namesNode(Terminal terminal) {
    return !address(terminal).isEmpty();
  }

  private String address(Terminal terminal) {
    String address = url;
    return address == null ? terminal.environment().getOrDefault("PAPPUS_SERVER", "") : address;
  }

  private static URI parse(String address) {
    try {
      URI uri = new URI(address.contains("://") ? address : "http://" + address);
      if ("http".equals(String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT))
          && uri.getHost() != null) {
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

  private static int parseTimeout(String text) {
    try {
      long nanos = dev.pappus.model.Limit.INVOCATION_WALL.parse(text);
      return Math.toIntExact(Math.clamp(nanos / 1_000_000, 1, Integer.MAX_VALUE));
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCode.USAGE, "--timeout: " + e.getMessage(), null);
    }
  }
}
