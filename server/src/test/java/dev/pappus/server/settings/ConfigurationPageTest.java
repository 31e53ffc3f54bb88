package dev.pappus.server.settings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.server.Configuration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keeps docs/configuration.md true. */
class ConfigurationPageTest {
  private static final Path PAGE =
      Path.of(System.getProperty("pappus.root"), "docs", "configuration.md");

  private static final String EXAMPLE =
      """
      version = 1
      server = "https://pappus.example.org:9080"
      host = "127.0.0.1"
      port = 8080
      data = "/var/lib/pappus"

      [egress]
      allow = ["10.0.0.0/8:443"]

      [limits]
      function_run = "10s"
      """;

  @TempDir Path folder;

  @Test
  void thePageIsWhatTheTableSays() throws IOException {
    if (Boolean.getBoolean("pappus.regenerate")) {
      Files.writeString(PAGE, page());
    }
    assertThat(PAGE)
        .as(
            "regenerate it with: mvn -pl server -am test -Dtest=ConfigurationPageTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dpappus.regenerate=true")
        .content()
        .isEqualTo(page());
  }

  @Test
  void theExampleIsRead() throws IOException {
    Path file = Files.writeString(folder.resolve("example.toml"), EXAMPLE);
    Configuration configuration = Settings.ofFile(file).builder().build();
    assertThat(configuration.dataFolder()).isEqualTo(Path.of("/var/lib/pappus"));
    assertThat(configuration.egressAllow()).containsExactly("10.0.0.0/8:443");
  }

  private static String page() {
    StringBuilder page =
        new StringBuilder(
            """
            # Configuration

            Generated from `dev.pappus.server.settings.SettingKeys`; change it there. A value is taken from the first of these that has it:

            1. an option of the command,
            2. the environment: `PAPPUS_` and the key in capitals, `_` for each dot (`PAPPUS_LIMITS_FUNCTION_RUN=5s`; commas separate the
               elements of a list; an empty variable says nothing),
            3. the project's `pappus.toml`: the nearest one in the working folder or above,
            4. the user's `$XDG_CONFIG_HOME/pappus/config.toml`, by default `~/.config/pappus/config.toml`,
            5. the machine's `/etc/pappus/config.toml`,
            6. the default.

            `--config FILE` replaces 3 to 5. `pappus config show --origin` prints what holds and where it comes from. Unknown keys and unknown
            variables that start with `PAPPUS_` are errors, told with line and column. Relative paths in a file are relative to its folder.
            Files are TOML:

            """);
    EXAMPLE.lines().forEach(line -> page.append(line.isEmpty() ? "" : "    " + line).append('\n'));
    page.append(
        """

        A project's `pappus.toml` may hold `[project]` and `[function.NAME]` besides, which describe the project. Keys marked *personal*
        must not stand there, so that a project from elsewhere cannot ask for your files; and where a project chooses a `server` that is not
        this machine, no token is sent to it unless `--server` or `PAPPUS_SERVER` names it too.

        ## Commands

        | key | default | meaning |
        |---|---|---|
        """);
    SettingKeys.ALL.stream()
        .filter(key -> key.use() != SettingKey.Use.NODE)
        .forEach(key -> row(page, key));
    page.append("\n## Nodes\n\n| key | default | meaning |\n|---|---|---|\n");
    SettingKeys.ALL.stream()
        .filter(key -> key.use() == SettingKey.Use.NODE && !key.name().startsWith("limits."))
        .forEach(key -> row(page, key));
    page.append(
        """
        | `limits.…` | | [limits](limits.md) |

        Variables that set no key: `PAPPUS_JVM_FOLDER`, `PAPPUS_JAVA_OPTS`, `PAPPUS_MAVEN_OPTS` and `PAPPUS_CACHE` are for the launcher; `PAPPUS_LOG=debug`
        shows where a bug of the command is, and as any level beats a node's `log.level`.
        Variables that Kubernetes sets for services named `pappus` or `pappus-…` (`PAPPUS_SERVICE_HOST`, `PAPPUS_PORT=tcp://…`) are ignored; a node says so in its log.
        """);
    return page.toString();
  }

  private static void row(StringBuilder page, SettingKey key) {
    page.append(
        String.format(
            Locale.ROOT,
            "| `%s` | %s | %s%s |%n",
            key.name(),
            key.defaultText(),
            key.meaning(),
            where(key)));
  }

  private static String where(SettingKey key) {
    return switch (key.where()) {
      case ANYWHERE -> "";
      case PERSONAL -> " (*personal*)";
      case FILES -> " (in files only)";
      case SECRET -> " (only as `" + key.variable() + "`; never shown)";
    };
  }
}
