package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the demo's logs come from, and how they are served. */
class SampleLogsTest {
  @TempDir private Path folder;

  @Test
  void generatedLogsAreAlwaysTheSame() {
    List<DemoLog> first = SampleLogs.generate();
    List<DemoLog> second = SampleLogs.generate();
    assertThat(first).hasSize(3);
    for (int i = 0; i < 3; i++) {
      assertThat(first.get(i).bytes()).isEqualTo(second.get(i).bytes()).hasSizeGreaterThan(100_000);
      assertThat(first.get(i).name()).doesNotContainAnyWhitespaces();
    }
    byte[] last = first.get(2).bytes();
    assertThat(last[last.length - 1]).as("a last line without newline").isNotEqualTo((byte) '\n');
    assertThat(DemoCommand.defaultPattern(first)).isEqualTo("error");
  }

  @Test
  void aMachineWithFewLogsGetsGeneratedOnes() throws IOException {
    Files.writeString(folder.resolve("a.log"), "x\n");
    Files.writeString(folder.resolve("empty.log"), "");
    Files.write(folder.resolve("journal"), new byte[] {'L', 0, 1, 2});
    assertThat(logs().ofMachine(folder).getFirst().file()).isNull();
    Files.createDirectories(folder.resolve("deep"));
    Files.writeString(folder.resolve("deep/a.log"), "y\n");
    Files.writeString(folder.resolve("c.log"), "z\n");
    List<DemoLog> found = logs().ofMachine(folder);
    assertThat(found.stream().map(DemoLog::name)).containsExactly("a.log", "c.log", "a.log-2");
  }

  @Test
  void ofManyLogsTheLargestAreTaken() throws IOException {
    for (int i = 1; i <= 12; i++) {
      Files.writeString(folder.resolve("log-" + i), "x".repeat(i) + "\n");
    }
    assertThat(logs().ofMachine(folder))
        .hasSize(8)
        .allSatisfy(log -> assertThat(log.bytes()).hasSizeGreaterThan(5));
  }

  @Test
  void logsAreServedAsTheyAre() throws IOException {
    byte[] odd = {0, '\r', '\n', -1};
    List<DemoLog> logs =
        List.of(new DemoLog("odd", odd, null), new DemoLog("empty", new byte[0], null));
    try (LogServer server = new LogServer(logs)) {
      assertThat(server.list().lines().toList())
          .containsExactly("odd " + server.url(0), "empty " + server.url(1));
      assertThat(fetch(server.url(0))).isEqualTo(odd);
      assertThat(fetch(server.url(1))).isEmpty();
    }
  }

  @Test
  void theDefaultPatternIsOneThatOccurs() {
    DemoLog log = new DemoLog("l", "all is well\n".getBytes(StandardCharsets.UTF_8), null);
    assertThat(DemoCommand.defaultPattern(List.of(log))).isEqualTo("e");
  }

  private static byte[] fetch(String url) throws IOException {
    try (InputStream in = URI.create(url).toURL().openStream()) {
      return in.readAllBytes();
    }
  }

  private DemoLogs logs() {
    java.io.PrintStream nowhere = new java.io.PrintStream(java.io.OutputStream.nullOutputStream());
    return new DemoLogs(
        new Terminal(
            RawArguments.none(),
            InputStream.nullInputStream(),
            nowhere,
            nowhere,
            java.util.Map.of(),
            folder,
            folder,
            folder,
            false,
            false,
            false,
            new Terminal.Talk()));
  }
}
