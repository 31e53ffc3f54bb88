package dev.pappus.cli;

import dev.pappus.model.Limit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** How to reach a node, as whom, and how long to wait. */
@Command
final class NodeOption extends NodeAddress {
  private @Nullable String timeout;

  NodeOption() {
    spec()
        .addOption(
            DescribedOption.of(
                    String.class,
                    value -> timeout = value,
                    "How long to wait for the node's answer, e.g. 5s (default: 90s).",
                    "--timeout")
                .paramLabel("TIME")
                .build());
  }

  /** A client for the node that option, environment, file or default name. */
  NodeClient client(Terminal terminal) {
    return client(terminal, 0);
  }

  /** The same, waiting longer by {@code graceMillis} than a person who has named a time. */
  NodeClient client(Terminal terminal, int graceMillis) {
    String given = timeout;
    return clientWaiting(
        terminal, given == null ? DEFAULT_TIMEOUT_MILLIS : parse(given) + graceMillis);
  }

  /** What was given, in the form that a node takes. */
  Optional<String> givenTimeout() {
    String given = timeout;
    return given == null ? Optional.empty() : Optional.of(parse(given) + "ms");
  }

  private static int parse(String text) {
    try {
      long nanos = Limit.INVOCATION_WALL.parse(text);
      return Math.toIntExact(Math.clamp(nanos / 1_000_000, 1, Integer.MAX_VALUE / 2));
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCode.USAGE, "--timeout: " + e.getMessage(), null);
    }
  }
}
