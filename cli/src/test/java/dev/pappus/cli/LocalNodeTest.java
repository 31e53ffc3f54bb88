package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pappus.server.settings.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Invoking in process, with what the data folder holds. */
class LocalNodeTest {
  @TempDir Path folder;

  @Test
  void itUsesTheDataFolderUnlessANodeDoes() throws IOException {
    Terminal terminal = Terminal.ofProcess();
    Settings settings = Settings.load(Settings.Sources.of(Map.of(), folder, null));
    Path data = folder.resolve("data");
    try (DemoNode node = DemoNode.startWith(settings, builder -> builder.dataFolder(data))) {
      CommandRun deployed =
          CommandRun.of(
              "deploy",
              CommandRun.GUEST_BUILD.resolve("greet.elf").toString(),
              "--server",
              node.adminAddress().toString());
      assertThat(deployed.exitCode()).as(deployed.err()).isZero();
      assertThatThrownBy(() -> LocalNode.withData(terminal, settings, data))
          .isInstanceOf(CliException.class)
          .hasMessageContaining("its data cannot be used here")
          .satisfies(
              e -> assertThat(((CliException) e).exitCode()).isEqualTo(ExitCode.UNREACHABLE));
    }
    try (DemoNode here = LocalNode.withData(terminal, settings, data)) {
      NodeClient.Reply reply =
          here.client()
              .send(
                  "POST",
                  "/function/greet",
                  "text/plain",
                  "World".getBytes(StandardCharsets.UTF_8));
      assertThat(new String(reply.body(), StandardCharsets.UTF_8)).isEqualTo("Hello, World!\n");
    }
  }
}
