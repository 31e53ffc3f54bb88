package dev.pappus.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pappus.server.Configuration;
import dev.pappus.server.access.Scope;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the options of {@code pappus server} set. */
class ServerCommandTest {
  @TempDir Path folder;

  private Configuration configuration(String... options) {
    Terminal terminal = CommandRun.terminal(folder);
    ServerCommand command = new ServerCommand(terminal);
    new CommandLine(command.spec()).parseArgs(options);
    return command.configuration(SettingsSource.load(terminal, null));
  }

  @Test
  void optionsComeBeforeSettings() {
    Configuration configuration =
        configuration(
            "--host=127.0.0.2",
            "--port",
            "0",
            "--admin-host=127.0.0.3",
            "--admin-port=9999",
            "--data",
            folder.resolve("data").toString(),
            "--engines=3",
            "--io-cores=1",
            "--sandbox=wasm",
            "--allow-remote-deploy");
    assertThat(configuration.host()).isEqualTo("127.0.0.2");
    assertThat(configuration.port()).isZero();
    assertThat(configuration.adminHost()).isEqualTo("127.0.0.3");
    assertThat(configuration.adminPort()).isEqualTo(9999);
    assertThat(configuration.dataFolder()).isEqualTo(folder.resolve("data"));
    assertThat(configuration.engines()).isEqualTo(3);
    assertThat(configuration.ioCores()).isEqualTo(1);
    assertThat(configuration.sandbox().text()).isEqualTo("wasm");
    assertThat(configuration.access().anonymousRemote()).isEqualTo(Scope.DEPLOY);
  }

  @Test
  void nothingGivenIsTheDefault() {
    Configuration configuration = configuration();
    assertThat(configuration.port()).isEqualTo(8080);
    assertThat(configuration.egressAllow()).isEmpty();
    assertThat(configuration.access().anonymousRemote()).isNull();
  }

  @Test
  void destinationsAddUp() {
    assertThat(configuration("--egress", "a.example", "--egress=10.0.0.0/8:80").egressAllow())
        .containsExactly("a.example", "10.0.0.0/8:80");
  }

  @Test
  void whatIsNoNumberIsNamed() {
    assertThatThrownBy(() -> configuration("--port=many"))
        .isInstanceOf(CommandLine.ParameterException.class)
        .hasMessageContaining("--port")
        .hasMessageContaining("many");
  }
}
