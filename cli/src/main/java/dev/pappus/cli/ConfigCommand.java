package dev.pappus.cli;

import dev.pappus.server.settings.Setting;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Looks at settings. */
@Command(
    name = "config",
    description = "Show the settings that hold, and where they come from.",
    synopsisSubcommandLabel = "show")
final class ConfigCommand {
  private final Terminal terminal;

  ConfigCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Command(name = "show", description = "Print every setting that holds; secrets never.")
  int show(
      @Mixin OutputOption output,
      @Option(names = "--origin", description = "Tell where each value comes from.") boolean origin,
      @Option(names = "--config", paramLabel = "FILE", description = SettingsSource.CONFIG_HELP)
          @Nullable Path config) {
    Collection<Setting> settings = SettingsSource.load(terminal, config).effective();
    if (output.json()) {
      writeJson(settings);
    } else {
      writeTable(settings, origin);
    }
    return ExitCode.OK;
  }

  private void writeTable(Collection<Setting> settings, boolean origin) {
    TextTable table =
        origin ? new TextTable("KEY", "VALUE", "ORIGIN") : new TextTable("KEY", "VALUE");
    for (Setting each : settings) {
      if (origin) {
        table.row(
            each.name(),
            shown(each),
            origin(each) + (each.place().isEmpty() ? "" : " " + each.place()));
      } else {
        table.row(each.name(), shown(each));
      }
    }
    terminal.out().print(table);
  }

  private static String shown(Setting setting) {
    if (setting.secret()) {
      return "(set)";
    }
    return setting.value() instanceof List<?> list
        ? String.join(",", list.stream().map(String::valueOf).toList())
        : setting.value().toString();
  }

  private static String origin(Setting setting) {
    return setting.origin().name().toLowerCase(Locale.ROOT);
  }

  private void writeJson(Collection<Setting> settings) {
    Json.write(
        terminal.out(),
        json -> {
          json.writeStartArray();
          for (Setting each : settings) {
            json.writeStartObject();
            json.writeStringProperty("key", each.name());
            json.writeName("value");
            if (each.secret()) {
              json.writeNull();
            } else {
              Json.writeValue(json, each.value());
            }
            json.writeStringProperty("origin", origin(each));
            if (!each.place().isEmpty()) {
              json.writeStringProperty("place", each.place());
            }
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }
}
