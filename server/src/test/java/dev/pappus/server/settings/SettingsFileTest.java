package dev.pappus.server.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pappus.model.Limit;
import dev.pappus.model.Namespace;
import dev.pappus.model.SandboxChoice;
import dev.pappus.server.Configuration;
import dev.pappus.server.ConfigurationException;
import dev.pappus.server.access.AccessSettings;
import dev.pappus.server.access.Quota;
import dev.pappus.server.access.Scope;
import dev.pappus.server.compile.CompilerSource;
import dev.pappus.server.telemetry.TelemetrySettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.event.Level;

class SettingsFileTest {
  @TempDir Path folder;

  private Configuration read(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("c.toml"), text);
    return Settings.ofFile(file).builder().build();
  }

  private void assertFaults(String text, String... messages) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(ConfigurationException.class)
        .satisfies(e -> {
          String[] lines = String.valueOf(e.getMessage()).split("\n");
          assertThat(lines).hasSameSizeAs(messages);
          for (int i = 0; i < lines.length; i++) {
            assertThat(lines[i]).contains("c.toml:" + messages[i]);
          }
        });
  }

  @Test
  void anEmptyFileMeansTheDefaults() throws IOException {
    Configuration configuration = read("");
    assertThat(configuration.host()).isEqualTo("127.0.0.1");
    assertThat(configuration.port()).isEqualTo(8080);
    assertThat(configuration.adminHost()).isEqualTo("127.0.0.1");
    assertThat(configuration.adminPort()).isEqualTo(9080);
    assertThat(configuration.engines()).isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(configuration.nodeName()).isNotBlank();
    assertThat(configuration.egressAllow()).isEmpty();
    assertThat(configuration.egressPublic()).isTrue();
    assertThat(configuration.access().anonymousRemote()).isNull();
    assertThat(configuration.localPathFolder()).isNull();
    assertThat(configuration.sandbox()).isEqualTo(SandboxChoice.AUTO);
    assertThat(configuration.sandboxEntry()).isEqualTo("auto");
    assertThat(configuration.dataFolder()).endsWithRaw(Path.of("pappus"));
  }

  @Test
  void everyKeyHasItsEffect() throws IOException {
    String limits =
        Stream.of(Limit.values())
            .map(limit -> limit.key() + " = \"" + limit.format(limit.defaultValue() + 1) + "\"")
            .collect(Collectors.joining("\n"));
    Configuration configuration =
        read(
            """
            version = 1
            node = "alpha"
            host = "0.0.0.0"
            port = 1
            admin_host = "::1"
            admin_port = 2
            data = "/d"
            engines = 3
            io_cores = 4
            [sandbox]
            backend = "process"
            entry = "idt"
            [egress]
            allow = ["10.0.0.0/8:443", "logs"]
            public = false
            [deploy]
            allow_remote = true
            local_path_folder = "/l"
            [access]
            loopback = "invoke"
            [tls]
            certificate = "/c"
            key = "/k"
            loopback = true
            [namespaces.team]
            rate = "30/m"
            concurrency = 16
            bytes = "10MiB/s"
            [log]
            format = "json"
            level = "warn"
            [telemetry]
            otlp = "http://collector:4318"
            [limits]
            """
                + limits);
    assertThat(configuration)
        .usingRecursiveComparison()
        .ignoringFields("limits")
        .isEqualTo(
            new Configuration(
                "alpha",
                "0.0.0.0",
                1,
                "::1",
                2,
                Path.of("/d"),
                3,
                4,
                SandboxChoice.PROCESS,
                "idt",
                java.util.List.of("10.0.0.0/8:443", "logs"),
                false,
                new AccessSettings(
                    Scope.INVOKE,
                    Scope.DEPLOY,
                    new AccessSettings.Tls(Path.of("/c"), Path.of("/k"), true),
                    Map.of(new Namespace("team"), new Quota(0.5, 16, 10 << 20))),
                Path.of("/l"),
                new TelemetrySettings(
                    TelemetrySettings.LogFormat.JSON,
                    Level.WARN,
                    URI.create("http://collector:4318")),
                CompilerSource.NONE,
                configuration.limits()));
    for (Limit limit : Limit.values()) {
      assertThat(configuration.limits().get(limit))
          .as(limit.key())
          .isEqualTo(limit.defaultValue() + 1);
    }
  }

  @Test
  void faultsNameTheirPlacesAllAtOnce() {
    assertFaults(
        """
        hots = "x"
        port = "8080"
        [limits]
          function_rum = "10s"
          request_body = "64 megs"
          set_items = true
        [egress]
        allow = "10.0.0.0/8"
        """,
        "1:1: unknown key 'hots'; did you mean 'host'?",
        "2:1: port must be a whole number without quotes, not 8080",
        "4:3: unknown key 'limits.function_rum'; did you mean 'limits.function_run'?",
        "5:3: limits.request_body '64 megs' is not a value for limits.request_body; write it like"
            + " 64MiB",
        "6:3: limits.set_items must be a number, or a string like \"64MiB\" or \"10s\", not true",
        "8:1: egress.allow must be an array of strings, not 10.0.0.0/8");
    assertFaults("port = 70000", "1:1: port must be a port from 0 to 65535, not 70000");
    assertFaults("[access]\nremote = 'deplyo'", "2:1: access.remote must be invoke, deploy, admin");
    assertFaults(
        "[namespaces.a]\nrate = '5'\nbites = '1MiB/s'",
        "2:1: namespaces.a.rate must be a rate like 100/s",
        "3:1: unknown key 'namespaces.a.bites'");
    assertFaults("version = 2", "1:1: version must be 1");
    assertFaults("limits = 3", "1:1: unknown key 'limits'");
  }

  @Test
  void syntaxErrorsNameTheirPlaces() {
    assertFaults("port = = 1", "1:8: Unexpected '='");
  }

  @Test
  void anUnreadableFileIsSaid() {
    assertThatThrownBy(() -> Settings.ofFile(folder.resolve("none.toml")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("none.toml");
  }
}
