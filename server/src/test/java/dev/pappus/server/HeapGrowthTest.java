package dev.pappus.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** In a JVM with the collector of a node, whose heap may have 4 GiB and gets more garbage. */
class HeapGrowthTest {
  private static final int BLOCKS = 1500;
  private static final int ALIVE = 50;
  private static final int BLOCK_MIB = 4;

  /**
   * Alone it would take all it may have. The JVM tells of a full generation on another thread,
   * while the first goes on, so this is generous.
   */
  private static final int MOST_MIB = 3000;

  private static final long PATIENCE_SECONDS = 120;

  @Test
  void garbageDoesNotMakeTheHeapGrowAndLaterItShrinks() throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(NodeJvm.OPTIONS);
    command.addAll(
        List.of(
            "-Xmx4g",
            "-cp",
            System.getProperty("java.class.path"),
            HeapGrowthMain.class.getName(),
            Integer.toString(BLOCKS),
            Integer.toString(ALIVE)));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader out = process.inputReader(UTF_8)) {
      assertThat(Integer.parseInt(out.readLine())).isBetween(ALIVE * BLOCK_MIB, MOST_MIB);
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).as("it shrinks").isTrue();
      assertThat(process.exitValue()).isZero();
    } finally {
      process.destroyForcibly();
    }
  }
}
