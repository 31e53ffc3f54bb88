package dev.pappus.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The line of the source at which a function failed. Nodes know addresses; who has built the binary
 * has its debug information. So {@code deploy} notes in the user's cache where each binary came
 * from, and a failure looks there.
 */
final class SourceLine {
  private SourceLine() {}

  /** Notes where the binary of a deployed function lies; that it cannot be noted is no failure. */
  static void remember(Terminal terminal, JsonObject deployed, Path binary) {
    Optional<Path> note = note(terminal, deployed.text("binary", ""));
    if (note.isPresent()) {
      try {
        Files.createDirectories(Objects.requireNonNull(note.get().getParent()));
        Files.writeString(
            note.get(), terminal.folder().resolve(binary).toAbsolutePath().toString());
      } catch (IOException e) {
        if (terminal.verbose()) {
          terminal.say("cannot note where the binary lies: " + IoText.of(e));
        }
      }
    }
  }

  /** The same problem, with the line if the binary that failed is known here. */
  static ProblemReply added(Terminal terminal, NodeClient client, ProblemReply problem) {
    String function = problem.problem().text("function");
    if (function == null || problem.problem().text("instruction") == null) {
      return problem;
    }
    try {
      String digest =
          client.get("/v1/functions/" + NodeClient.encode(function)).json().text("binary", "");
      Optional<Path> note = note(terminal, digest);
      if (note.isPresent() && Files.isRegularFile(note.get())) {
        Path binary = Path.of(Files.readString(note.get()));
        if (Files.isRegularFile(binary) && digest.equals(SourceFile.read(binary).digest())) {
          return added(binary, problem);
        }
      }
    } catch (IOException | ProblemReply | CliException e) {
      // The failure itself is what has to be told.
      return problem;
    }
    return problem;
  }

  /** The same problem, with the line that {@code binary} has for it, if it has one. */
  static ProblemReply added(Path binary, ProblemReply problem) {
    String address = problem.problem().text("instruction");
    String line = address == null ? null : find(binary, address);
    return line == null ? problem : problem.at(line);
  }

  /** {@code FILE:LINE} of an address; null if nobody knows. */
  private static @Nullable String find(Path binary, String address) {
    try {
      CCompiler.Outcome outcome =
          CCompiler.run(
              List.of("addr2line", "-e", binary.toString(), address),
              Path.of("").toAbsolutePath(),
              Map.of());
      String line = outcome.messages().strip();
      int end = line.indexOf(" (");
      String place = end < 0 ? line : line.substring(0, end);
      return outcome.exitCode() == 0 && !place.startsWith("??") && !place.endsWith(":?")
          ? place
          : null;
    } catch (IOException | CliException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  private static Optional<Path> note(Terminal terminal, String digest) {
    if (!digest.matches("sha256:[0-9a-f]{64}")) {
      return Optional.empty();
    }
    String xdg = terminal.environment().getOrDefault("XDG_CACHE_HOME", "");
    String home = terminal.environment().getOrDefault("HOME", "");
    if (xdg.startsWith("/")) {
      return Optional.of(Path.of(xdg, "pappus", "binaries", digest.replace(':', '-')));
    }
    return home.isEmpty()
        ? Optional.empty()
        : Optional.of(Path.of(home, ".cache", "pappus", "binaries", digest.replace(':', '-')));
  }
}
