package dev.pappus.server.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pappus.model.Limit;
import dev.pappus.server.Configuration;
import dev.pappus.server.ConfigurationException;
import dev.pappus.server.settings.Setting.Origin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where values come from, and which of them wins. */
class SettingsTest {
  @TempDir Path folder;
  private final Map<String, String> environment = new HashMap<>();

  private Settings load() {
    return load(null);
  }

  private Settings load(@org.jspecify.annotations.Nullable Path file) {
    environment.put("XDG_CONFIG_HOME", folder.resolve("xdg").toString());
    return Settings.load(
        new Settings.Sources(
            environment, folder.resolve("work/inner"), file, folder.resolve("etc/config.toml")));
  }

  private void write(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private void assertHolds(String key, Object value, Origin origin) {
    assertThat(load().effective())
        .filteredOn(setting -> setting.name().equals(key))
        .singleElement()
        .satisfies(setting -> {
          assertThat(setting.value()).isEqualTo(value);
          assertThat(setting.origin()).isEqualTo(origin);
        });
  }

  @Test
  void eachSourceBeatsTheOnesBelowIt() throws IOException {
    assertHolds("port", 8080L, Origin.DEFAULT);
    write("etc/config.toml", "port = 1\nnode = \"low\"");
    assertHolds("port", 1L, Origin.SYSTEM);
    write("xdg/pappus/config.toml", "port = 2");
    assertHolds("port", 2L, Origin.USER);
    write("work/pappus.toml", "port = 3\n[project]\nname = \"p\"\n[function.f]\nanything = 1\n");
    assertHolds("port", 3L, Origin.PROJECT);
    environment.put("PAPPUS_PORT", "4");
    assertHolds("port", 4L, Origin.ENVIRONMENT);
    assertHolds("node", "low", Origin.SYSTEM);
    assertThat(load().builder().build().port()).isEqualTo(4);
  }

  @Test
  void aNamedFileReplacesAllOtherFilesButNotTheEnvironment() throws IOException {
    write("etc/config.toml", "port = 1\nhost = \"::1\"");
    write("work/pappus.toml", "admin_port = 3");
    write("named.toml", "port = 5");
    environment.put("PAPPUS_ENGINES", "7");
    Configuration configuration = load(folder.resolve("named.toml")).builder().build();
    assertThat(configuration.port()).isEqualTo(5);
    assertThat(configuration.adminPort()).isEqualTo(9080);
    assertThat(configuration.host()).isEqualTo("127.0.0.1");
    assertThat(configuration.engines()).isEqualTo(7);
    assertThatThrownBy(() -> load(folder.resolve("absent.toml")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("absent.toml: no such file");
  }

  @Test
  void everyKeyHasAVariableOfItsOwnThatHasItsEffect() {
    Set<String> variables = new HashSet<>(SettingKeys.OTHER_VARIABLES);
    for (SettingKey key : SettingKeys.ALL) {
      String variable = key.variable();
      if (variable != null) {
        assertThat(variables.add(variable)).as(variable).isTrue();
      }
    }
    environment.put("PAPPUS_LIMITS_FUNCTION_RUN", "5s");
    environment.put("PAPPUS_ADMIN_PORT", "0");
    environment.put("PAPPUS_EGRESS_ALLOW", "10.0.0.0/8:443, logs");
    environment.put("PAPPUS_EGRESS_PUBLIC", "false");
    environment.put("PAPPUS_LOG", "debug");
    environment.put("PAPPUS_HOST", "");
    Configuration configuration = load().builder().build();
    assertThat(configuration.limits().get(Limit.FUNCTION_RUN)).isEqualTo(5_000_000_000L);
    assertThat(configuration.adminPort()).isZero();
    assertThat(configuration.egressAllow()).containsExactly("10.0.0.0/8:443", "logs");
    assertThat(configuration.egressPublic()).isFalse();
    assertThat(configuration.host()).as("an empty variable says nothing").isEqualTo("127.0.0.1");
  }

  @Test
  void whatKubernetesSetsForServicesIsNotOurs() throws IOException {
    write("etc/config.toml", "port = 1");
    environment.put("PAPPUS_SERVICE_HOST", "10.96.0.12");
    environment.put("PAPPUS_SERVICE_PORT", "8080");
    environment.put("PAPPUS_SERVICE_PORT_INVOKE", "8080");
    environment.put("PAPPUS_PORT", "tcp://10.96.0.12:8080");
    environment.put("PAPPUS_PORT_8080_TCP", "tcp://10.96.0.12:8080");
    environment.put("PAPPUS_PORT_8080_TCP_PROTO", "tcp");
    environment.put("PAPPUS_PORT_8080_TCP_PORT", "8080");
    environment.put("PAPPUS_PORT_8080_TCP_ADDR", "10.96.0.12");
    environment.put("PAPPUS_ADMIN_SERVICE_HOST", "10.96.0.13");
    environment.put("PAPPUS_ADMIN_PORT", "tcp://10.96.0.13:9080");
    assertThat(load().foreignVariables()).hasSize(10);
    assertHolds("port", 1L, Origin.SYSTEM);
    assertHolds("admin_port", 9080L, Origin.DEFAULT);

    environment.put("PAPPUS_PORT", "8081");
    assertHolds("port", 8081L, Origin.ENVIRONMENT);
    environment.put("PAPPUS_PRT", "tcp://10.96.0.12:8080");
    assertThatThrownBy(this::load).hasMessageContaining("PAPPUS_PRT: unknown variable");

    environment.clear();
    environment.put("PAPPUS_PORT", "tcp://10.96.0.12:8080");
    assertThatThrownBy(this::load).as("no service").hasMessageContaining("PAPPUS_PORT");
  }

  @Test
  void theTablesDefaultsAreWhatANodeStartsWith() {
    Configuration.Builder builder = Configuration.builder();
    for (Setting each : load().effective()) {
      each.key().setter().set(builder, each.name(), each.value());
    }
    assertThat(builder.build())
        .usingRecursiveComparison()
        .ignoringFields("limits")
        .isEqualTo(Configuration.builder().build());
    for (Limit limit : Limit.values()) {
      assertThat(builder.build().limits().get(limit)).isEqualTo(limit.defaultValue());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PAPPUS_SERVR | x | PAPPUS_SERVR: unknown variable; did you mean 'PAPPUS_SERVER'?",
        "PAPPUS_PORT | tcp://1 | PAPPUS_PORT: port must be a whole number, not 'tcp://1'",
        "PAPPUS_PORT | 70000 | PAPPUS_PORT: port must be a port from 0 to 65535, not 70000",
        "PAPPUS_EGRESS_PUBLIC | maybe | PAPPUS_EGRESS_PUBLIC: egress.public must be true or false",
        "PAPPUS_OUTPUT | xml | PAPPUS_OUTPUT: output must be table, wide or json, not 'xml'",
        "PAPPUS_VERSION | 1 | PAPPUS_VERSION: unknown variable"
      })
  void aVariableThatMeansNothingIsAnError(String variable, String value, String message) {
    environment.put(variable, value);
    assertThatThrownBy(this::load)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aProjectCannotAskForAPersonsSecrets() throws IOException {
    write("work/pappus.toml", "token_file = \"/home/me/.ssh/id_rsa\"\nca = \"evil.pem\"\n");
    assertThatThrownBy(this::load)
        .hasMessageContaining("pappus.toml:1:1: token_file must not be chosen by a project")
        .hasMessageContaining("pappus.toml:2:1: ca must not be chosen by a project");
  }

  @Test
  void aTokenStandsInNoFileAndIsNotShown() throws IOException {
    environment.put("PAPPUS_TOKEN", "secret");
    assertThat(load().effective())
        .filteredOn(Setting::secret)
        .singleElement()
        .satisfies(setting -> assertThat(setting.name()).isEqualTo("token"));
    write("xdg/pappus/config.toml", "token = \"x\"");
    assertThatThrownBy(this::load).hasMessageContaining("config.toml:1:1: token is a secret");
  }

  @Test
  void aProjectIsDescribedInItsOwnFileOnly() throws IOException {
    write("xdg/pappus/config.toml", "[project]\nname = \"x\"");
    assertThatThrownBy(this::load)
        .hasMessageContaining("project describes a project; it stands in a project's pappus.toml");
  }

  @Test
  void relativePathsInAFileAreRelativeToItsFolder() throws IOException {
    write("xdg/pappus/config.toml", "token_file = \"token\"\ndata = \"../d\"");
    Settings settings = load();
    assertThat(settings.text("token_file")).contains(folder + "/xdg/pappus/token");
    assertThat(settings.builder().build().dataFolder()).isEqualTo(folder.resolve("xdg/d"));
    environment.put("PAPPUS_DATA", "there");
    assertThat(load().builder().build().dataFolder()).isEqualTo(Path.of("there"));
  }

  @Test
  void aRelativeFolderForConfigurationIsIgnoredAsXdgSays() {
    assertThat(
            Settings.Sources.of(Map.of("XDG_CONFIG_HOME", "here", "HOME", "/home/x"), folder, null)
                .user())
        .contains(Path.of("/home/x/.config/pappus/config.toml"));
    assertThat(Settings.Sources.of(Map.of(), folder, null).user()).isEmpty();
  }

  @Test
  void namesInKeysStandForAnyName() {
    SettingKey key = SettingKey.integer("namespaces.*.rate", 0, "a rate", (builder, value) -> {});
    assertThat(key.matches("namespaces.blue.rate")).isTrue();
    assertThat(key.matches("namespaces.blue.rat")).isFalse();
    assertThat(key.matches("namespaces.blue")).isFalse();
    assertThat(key.isBelow("namespaces")).isTrue();
    assertThat(key.isBelow("namespaces.blue")).isTrue();
    assertThat(key.isBelow("namespaces.blue.rate")).isFalse();
    assertThat(key.variable()).isNull();
    assertThat(List.of(SettingKey.variable("limits.function_run")))
        .containsExactly("PAPPUS_LIMITS_FUNCTION_RUN");
  }
}
