package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigCommandTest {
  @TempDir Path folder;

  private CommandRun run(Map<String, String> environment, String... arguments) {
    return CommandRun.in(folder, environment, new byte[0], arguments);
  }

  @Test
  void valuesAreShownWithWhereTheyComeFrom() throws IOException {
    Files.writeString(folder.resolve("pappus.toml"), "namespace = \"blue\"\n\nport = 8000\n");
    CommandRun shown =
        run(
            Map.of("PAPPUS_LIMITS_FUNCTION_RUN", "5s", "PAPPUS_TOKEN", "s3cret"),
            "config",
            "show",
            "--origin");
    assertThat(shown.exitCode()).as(shown.err()).isZero();
    assertThat(shown.out())
        .containsPattern("port +8000 +project .*pappus.toml:3:1")
        .containsPattern("namespace +blue +project .*pappus.toml:1:1")
        .containsPattern("limits.function_run +5s +environment PAPPUS_LIMITS_FUNCTION_RUN")
        .containsPattern("token +\\(set\\) +environment PAPPUS_TOKEN")
        .containsPattern("admin_port +9080 +default\n")
        .doesNotContain("s3cret");
    assertThat(run(Map.of(), "config", "show").out()).doesNotContain("ORIGIN", "pappus.toml");
  }

  @Test
  void programsGetTheSameInJson() {
    CommandRun shown =
        run(
            Map.of("PAPPUS_EGRESS_ALLOW", "a,b", "PAPPUS_TOKEN", "s3cret"),
            "config",
            "show",
            "-o",
            "json");
    assertThat(shown.out())
        .contains(
            "{\"key\":\"egress.allow\",\"value\":[\"a\",\"b\"],\"origin\":\"environment\","
                + "\"place\":\"PAPPUS_EGRESS_ALLOW\"}",
            "{\"key\":\"port\",\"value\":8080,\"origin\":\"default\"}",
            "{\"key\":\"token\",\"value\":null,\"origin\":\"environment\"")
        .doesNotContain("s3cret");
  }

  @Test
  void faultsAreUsageErrorsWithPlaces() throws IOException {
    Files.writeString(folder.resolve("pappus.toml"), "prot = 8000\nhots = \"x\"\n");
    CommandRun shown = run(Map.of(), "config", "show");
    assertThat(shown.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(shown.err())
        .contains(
            "pappus.toml:1:1: unknown key 'prot'; did you mean 'port'?",
            "pappus.toml:2:1: unknown key 'hots'; did you mean 'host'?",
            "docs/configuration.md");
    assertThat(run(Map.of("PAPPUS_PROT", "1"), "ls").exitCode()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void commandsThatNeedNoSettingsWorkWithoutThem() throws IOException {
    Files.writeString(folder.resolve("pappus.toml"), "prot = 8000\n");
    assertThat(run(Map.of(), "version").exitCode()).isZero();
  }

  @Test
  void theSettingOutputIsTheDefaultOfTheOption() {
    Map<String, String> json = Map.of("PAPPUS_OUTPUT", "json");
    assertThat(run(json, "version").out()).startsWith("{");
    assertThat(run(json, "version", "-o", "table").out()).startsWith("pappus ");
  }

  @Test
  void aProjectCannotHaveATokenSentWhereItLikes() throws IOException {
    Files.writeString(folder.resolve("pappus.toml"), "server = \"http://192.0.2.1:9080\"\n");
    CommandRun refused = run(Map.of("PAPPUS_TOKEN", "s3cret"), "ls");
    assertThat(refused.exitCode()).isEqualTo(ExitCode.FORBIDDEN);
    assertThat(refused.err())
        .contains("pappus.toml:1:1", "192.0.2.1", "--server")
        .doesNotContain("s3cret");
  }

  @Test
  void aTokenFileThatIsNotThereIsSaid() throws IOException {
    Path xdg = Files.createDirectories(folder.resolve("xdg/pappus"));
    Files.writeString(xdg.resolve("config.toml"), "token_file = \"none\"\n");
    CommandRun run = run(Map.of("XDG_CONFIG_HOME", folder.resolve("xdg").toString()), "ls");
    assertThat(run.exitCode()).isEqualTo(ExitCode.FORBIDDEN);
    assertThat(run.err()).contains("cannot read the token", "none: no such file");
  }

  @Test
  void quietSaysNothingButErrors() {
    CommandRun run = run(Map.of(), "explain", "nope", "-q");
    assertThat(run.err()).contains("error:");
    assertThat(run(Map.of("TERM", "xterm"), "explain", "nope", "--no-color").err())
        .doesNotContain("\u001b[");
  }
}
