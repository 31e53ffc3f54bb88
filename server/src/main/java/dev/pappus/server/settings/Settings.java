package dev.pappus.server.settings;

import dev.pappus.model.Suggestion;
import dev.pappus.server.Configuration;
import dev.pappus.server.ConfigurationException;
import dev.pappus.server.settings.Setting.Origin;
import dev.pappus.server.settings.SettingKey.Where;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The values that hold: environment beats project's file beats user's beats system's. Options are
 * their command's business and beat them all. Immutable.
 */
public final class Settings {
  /** What everybody on the machine shares. */
  public static final Path SYSTEM_FILE = Path.of("/etc/pappus/config.toml");

  private final Map<String, Setting> values;
  private final Set<String> foreignVariables;

  private Settings(Map<String, Setting> values, Set<String> foreignVariables) {
    this.values = values;
    this.foreignVariables = foreignVariables;
  }

  /**
   * Where to look.
   *
   * @param environment variables; names that start with {@code PAPPUS_} are ours
   * @param folder the working folder; the nearest {@code pappus.toml} upwards is the project's
   * @param file read instead of all other files; null if {@code --config} names none
   * @param system the machine's file
   */
  public record Sources(
      Map<String, String> environment, Path folder, @Nullable Path file, Path system) {
    /** The usual places. */
    public static Sources of(Map<String, String> environment, Path folder, @Nullable Path file) {
      return new Sources(environment, folder, file, SYSTEM_FILE);
    }

    /** The user's file, whether it exists or not; empty where there is no home. */
    public Optional<Path> user() {
      String xdg = environment.getOrDefault("XDG_CONFIG_HOME", "");
      // A relative path there is to be ignored, says the XDG specification.
      if (xdg.startsWith("/")) {
        return Optional.of(Path.of(xdg, "pappus", "config.toml"));
      }
      String home = environment.getOrDefault("HOME", "");
      return home.isEmpty()
          ? Optional.empty()
          : Optional.of(Path.of(home, ".config", "pappus", "config.toml"));
    }
  }

  /**
   * Reads all sources.
   *
   * @throws ConfigurationException naming all faults of the first faulty source, each with its
   *     place
   */
  public static Settings load(Sources sources) {
    Map<String, Setting> values = new TreeMap<>();
    Path file = sources.file();
    if (file != null) {
      read(file, Origin.FILE, values);
    } else {
      readIfPresent(sources.system(), Origin.SYSTEM, values);
      sources.user().ifPresent(user -> readIfPresent(user, Origin.USER, values));
      ProjectFile.find(sources.folder())
          .ifPresent(project -> read(project, Origin.PROJECT, values));
    }
    Set<String> foreign = ServiceVariables.in(sources.environment());
    readEnvironment(sources.environment(), foreign, values);
    return new Settings(values, foreign);
  }

  /**
   * What one file says.
   *
   * @throws ConfigurationException naming all its faults as {@code FILE:LINE:COLUMN: …}
   */
  public static Settings ofFile(Path file) {
    Map<String, Setting> values = new TreeMap<>();
    read(file, Origin.FILE, values);
    return new Settings(values, Set.of());
  }

  private static void readIfPresent(Path file, Origin origin, Map<String, Setting> values) {
    if (Files.isRegularFile(file)) {
      read(file, origin, values);
    }
  }

  private static void read(Path file, Origin origin, Map<String, Setting> values) {
    TomlDocument document = TomlDocument.read(file);
    read(document.root(), "", file, origin, values);
    document.throwIfFaulty();
  }

  private static void read(
      TomlSection section, String prefix, Path file, Origin origin, Map<String, Setting> values) {
    for (String name : section.names()) {
      String dotted = prefix + name;
      Optional<SettingKey> key = SettingKeys.find(dotted);
      if (key.isPresent()) {
        take(section, name, dotted, key.get(), file, origin, values);
      } else if (SettingKeys.isSection(dotted) && section.isSection(name)) {
        section.section(name).ifPresent(nested -> read(nested, dotted + ".", file, origin, values));
      } else if (!prefix.isEmpty() || !ProjectFile.SECTIONS.contains(name)) {
        section.unknown(name, SettingKeys.names());
      } else if (origin != Origin.PROJECT && origin != Origin.FILE) {
        section.fault(name, "describes a project; it stands in a project's " + ProjectFile.NAME);
      }
    }
  }

  private static void take(
      TomlSection section,
      String name,
      String dotted,
      SettingKey key,
      Path file,
      Origin origin,
      Map<String, Setting> values) {
    if (key.where() == Where.SECRET) {
      section.fault(
          name, "is a secret: put it into a file that token_file names, or into " + key.variable());
      return;
    }
    if (key.where() == Where.PERSONAL && origin == Origin.PROJECT) {
      section.fault(
          name,
          "must not be chosen by a project; it stands in your own file, "
              + "~/.config/pappus/config.toml");
      return;
    }
    try {
      Object value = key.ofFile(section.raw(name));
      if (key.type() == SettingKey.Type.PATH) {
        value = file.toAbsolutePath().resolveSibling((String) value).normalize().toString();
      }
      key.setter().set(Configuration.builder(), dotted, value);
      values.put(dotted, new Setting(key, dotted, value, origin, section.place(name)));
    } catch (IllegalArgumentException e) {
      section.fault(name, String.valueOf(e.getMessage()));
    }
  }

  private static void readEnvironment(
      Map<String, String> environment, Set<String> foreign, Map<String, Setting> values) {
    Map<String, SettingKey> byVariable = new LinkedHashMap<>();
    for (SettingKey key : SettingKeys.ALL) {
      String variable = key.variable();
      if (variable != null) {
        byVariable.put(variable, key);
      }
    }
    Faults faults = new Faults();
    Map<String, String> ours = new TreeMap<>(environment);
    ours.keySet().removeAll(foreign);
    for (Map.Entry<String, String> each : ours.entrySet()) {
      String variable = each.getKey();
      SettingKey key = byVariable.get(variable);
      if (key != null && !each.getValue().isEmpty()) {
        try {
          Object value = key.ofVariable(each.getValue());
          key.setter().set(Configuration.builder(), key.name(), value);
          values.put(key.name(), new Setting(key, key.name(), value, Origin.ENVIRONMENT, variable));
        } catch (IllegalArgumentException e) {
          faults.add(variable, key.name() + " " + e.getMessage());
        }
      } else if (key == null
          && variable.startsWith("PAPPUS_")
          && !SettingKeys.OTHER_VARIABLES.contains(variable)) {
        faults.add(
            variable,
            "unknown variable" + Suggestion.didYouMean(variable, SettingKeys.variables()));
      }
    }
    faults.throwIfAny();
  }

  /** Variables that begin with {@code PAPPUS_} but were set by Kubernetes; they were ignored. */
  public Set<String> foreignVariables() {
    return foreignVariables;
  }

  /** What was set for {@code name}; empty if its default holds. */
  public Optional<Setting> find(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /** The text that holds for {@code name}, a key of type text or path; empty if none does. */
  public Optional<String> text(String name) {
    return find(name)
        .map(setting -> (String) setting.value())
        .or(() ->
            SettingKeys.find(name).map(key -> key.defaultValue().get()).map(Object::toString));
  }

  /**
   * Every value that holds, in the order of the table, defaults included; keys that have neither a
   * value nor a default are absent.
   */
  public Collection<Setting> effective() {
    List<Setting> effective = new ArrayList<>();
    for (SettingKey key : SettingKeys.ALL) {
      List<Setting> set =
          values.values().stream().filter(setting -> setting.key().equals(key)).toList();
      Object otherwise = key.defaultValue().get();
      if (!set.isEmpty()) {
        effective.addAll(set);
      } else if (otherwise != null && key.name().indexOf('*') < 0) {
        effective.add(new Setting(key, key.name(), otherwise, Origin.DEFAULT, ""));
      }
    }
    return effective;
  }

  /** A builder that holds what was set, for options to go on top. */
  public Configuration.Builder builder() {
    Configuration.Builder builder = Configuration.builder();
    values
        .values()
        .forEach(setting -> setting.key().setter().set(builder, setting.name(), setting.value()));
    return builder;
  }
}
