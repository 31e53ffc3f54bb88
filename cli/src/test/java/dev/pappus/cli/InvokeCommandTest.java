package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.server.settings.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** invoke with a node, and where none runs. */
class InvokeCommandTest {
  @TempDir private Path folder;
  private Path data = Path.of("");

  @BeforeEach
  void nobodyListensAtTheDefaultAddress() throws IOException {
    data = folder.resolve("data");
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      System.setProperty(NodeAddress.DEFAULT_PROPERTY, "http://127.0.0.1:" + free.getLocalPort());
    }
  }

  @AfterEach
  void theDefaultAddressIsTheDefault() {
    System.clearProperty(NodeAddress.DEFAULT_PROPERTY);
  }

  private DemoNode node() throws IOException {
    Settings settings = Settings.load(Settings.Sources.of(Map.of(), folder, null));
    return DemoNode.startWith(settings, builder -> builder.dataFolder(data));
  }

  private CommandRun run(Map<String, String> more, String... arguments) {
    Map<String, String> environment = new HashMap<>(more);
    environment.put("PAPPUS_DATA", data.toString());
    environment.put("XDG_CACHE_HOME", folder.resolve("cache").toString());
    return CommandRun.in(folder, environment, new byte[0], arguments);
  }

  private static Map<String, String> at(DemoNode node) {
    return Map.of("PAPPUS_SERVER", node.adminAddress().toString());
  }

  private static String elf(String name) {
    return CommandRun.GUEST_BUILD.resolve(name + ".elf").toString();
  }

  @Test
  void whereNoNodeRunsItRunsHere() throws IOException {
    CommandRun nothing = run(Map.of(), "invoke", "greet", "-d", "World");
    assertThat(nothing.exitCode()).as("there is no data yet").isEqualTo(ExitCode.UNREACHABLE);
    try (DemoNode node = node()) {
      assertThat(run(at(node), "deploy", elf("greet")).exitCode()).isZero();
    }
    CommandRun here = run(Map.of(), "invoke", "greet", "-d", "World");
    assertThat(here.exitCode()).as(here.err()).isZero();
    assertThat(here.out()).isEqualTo("Hello, World!\n");
    String absent = System.getProperty(NodeAddress.DEFAULT_PROPERTY, "");
    CommandRun named = run(Map.of("PAPPUS_SERVER", absent), "invoke", "greet", "-d", "World");
    assertThat(named.exitCode()).as("who names a node means it").isEqualTo(ExitCode.UNREACHABLE);
  }

  @Test
  void aTreeGoesInAndATreeThatCanBeComparedComesOut() throws Exception {
    Files.writeString(Files.createDirectories(folder.resolve("in/names:7")).resolve("a"), "Ada");
    Files.writeString(Files.createDirectories(folder.resolve("in/names")).resolve("b"), "Bob");
    Files.writeString(
        Files.createDirectories(folder.resolve("expected/greetings:7")).resolve("a"),
        "Hello, Ada!\n");
    Path second = Files.createDirectories(folder.resolve("expected/greetings")).resolve("b");
    Files.writeString(second, "Hello, Bob!\n");
    try (DemoNode node = node()) {
      assertThat(run(at(node), "deploy", elf("greet")).exitCode()).isZero();
      CommandRun run = run(at(node), "invoke", "greet", "--in-dir", "in", "--out-dir", "E");
      assertThat(run.exitCode()).as(run.err()).isZero();
    }
    assertThat(diff()).isEmpty();
    Files.writeString(second, "Hello, Eve!\n");
    assertThat(diff()).contains("Hello, Bob!");
  }

  private String diff() throws Exception {
    Process diff =
        new ProcessBuilder("diff", "-r", "expected", "E")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String text = new String(diff.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(diff.waitFor()).as(text).isEqualTo(text.isEmpty() ? 0 : 1);
    return text;
  }

  @Test
  void aFailureOfWhatWasDeployedFromHereShowsTheLine() throws IOException {
    Files.writeString(
        folder.resolve("crash.c"),
        """
        #include <pappus.h>

        PAPPUS_FUNCTION(crash, IN(a), OUT(b)) {
          volatile int *nowhere = (int *)(unsigned long)in.a.count;
          *nowhere = 1;
          return 0;
        }
        """);
    String source = folder.resolve("crash.c").toString();
    CommandRun built = run(Map.of(), "build", "--flag=-g", source);
    assertThat(built.exitCode()).as(built.err()).isZero();
    try (DemoNode node = node()) {
      CommandRun deployed = run(at(node), "deploy", folder.resolve("crash.elf").toString());
      assertThat(deployed.exitCode()).as(deployed.err()).isZero();
      CommandRun crashed = run(at(node), "invoke", "crash");
      assertThat(crashed.exitCode()).isEqualTo(ExitCode.FAILED);
      assertThat(crashed.err())
          .contains("guest_fault", "at pappus_main", "source: ", "crash.c:5")
          .contains("hint: ", "pappus explain guest_fault");
    }
  }
}
