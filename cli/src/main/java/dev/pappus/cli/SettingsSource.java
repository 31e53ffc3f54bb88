package dev.pappus.cli;

import dev.pappus.server.settings.Settings;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where a command's settings come from. */
final class SettingsSource {
  static final String CONFIG_HELP =
      "TOML file to read instead of the project's, the user's and the system's.";

  private SettingsSource() {}

  /**
   * What holds for the command's user in its working folder.
   *
   * @param config file that {@code --config} names, or null
   * @throws dev.pappus.server.ConfigurationException naming all faults with their places
   */
  static Settings load(Terminal terminal, @Nullable Path config) {
    return Settings.load(Settings.Sources.of(terminal.environment(), terminal.folder(), config));
  }
}
