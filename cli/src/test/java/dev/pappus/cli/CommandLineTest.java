package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
  @Test
  void withoutACommandShowsTheCommands() {
    CommandRun run = CommandRun.of();
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("server", "deploy", "invoke", "demo", "doctor", "bench");
    assertThat(run.err()).isEmpty();
  }

  static List<String> commands() {
    return PappusCommand.NAMES;
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyCommandHasHelp(String command) {
    CommandRun alone = CommandRun.of(command, "--help");
    assertThat(alone.exitCode()).isZero();
    assertThat(alone.out()).contains("pappus " + command);
    CommandRun amongAll = CommandRun.of("--no-color", command, "--help");
    assertThat(amongAll).as("read alone and among all").isEqualTo(alone);
  }

  @Test
  void anUnknownCommandIsAUsageErrorWithASuggestion() {
    CommandRun run = CommandRun.of("deplyo");
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("error:", "deploy");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void aMissingParameterIsAUsageErrorWithTheSynopsis() {
    CommandRun run = CommandRun.of("invoke");
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("NAME", "usage: pappus invoke", "pappus invoke --help");
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://user@example.org", "ftp://x", "://", "http://"})
  void aServerThatIsNoAddressIsAUsageError(String address) {
    CommandRun run = CommandRun.of("ls", "--server", address);
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains(address, NodeOption.DEFAULT_URL);
  }

  @Test
  void aNodeThatIsNotThereHasItsOwnExitCode() throws IOException {
    String address = "http://127.0.0.1:" + freePort();
    CommandRun flag = CommandRun.of("ls", "--server", address);
    CommandRun environment =
        CommandRun.with(Map.of("PAPPUS_SERVER", address), new byte[0], "invoke", "x");
    assertThat(flag.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(environment.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(flag.err()).isEqualTo(environment.err()).contains(address, "hint:", "pappus server");
  }

  @Test
  void aNodeThatDoesNotAnswerEndsInATimeout() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CommandRun run =
          CommandRun.of(
              "ls", "--timeout", "50ms", "--server", "127.0.0.1:" + silent.getLocalPort());
      assertThat(run.exitCode()).isEqualTo(ExitCode.TIMEOUT);
      assertThat(run.err()).contains("50 ms", "--timeout");
    }
  }

  @Test
  void coloursAreForTerminalsThatWantThem() {
    CommandRun coloured = CommandRun.with(Map.of("TERM", "xterm"), new byte[0], "deplyo");
    CommandRun plain =
        CommandRun.with(Map.of("TERM", "xterm", "NO_COLOR", "1"), new byte[0], "deplyo");
    assertThat(coloured.err()).contains("\u001b[");
    assertThat(plain.err()).doesNotContain("\u001b[");
  }

  @Test
  void versionIsPrintedForPeopleAndForPrograms() {
    assertThat(CommandRun.of("version").out())
        .startsWith("pappus " + ProductVersion.read())
        .contains(System.getProperty("java.version"));
    assertThat(CommandRun.of("version", "-o", "json").json().text("version"))
        .isEqualTo(ProductVersion.read())
        .doesNotContain("$");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Test
  void whatEverybodyTriesFirstWorks() {
    CommandRun help = CommandRun.of("help");
    assertThat(help.exitCode()).isZero();
    assertThat(help.out()).contains("Usage: pappus", "invoke");
    assertThat(CommandRun.of("help", "invoke").out()).contains("Usage: pappus invoke");
    assertThat(CommandRun.of("--version").out()).startsWith("pappus " + ProductVersion.read());
    CommandRun unknown = CommandRun.of("invok");
    assertThat(unknown.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(unknown.err()).contains("there is no command 'invok'", "pappus invoke");
    CommandRun absent = CommandRun.of("graph", "absent.dag");
    assertThat(absent.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
  }
}
