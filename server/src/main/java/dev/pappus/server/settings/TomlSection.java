package dev.pappus.server.settings;

import dev.pappus.model.Suggestion;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlArray;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/**
 * A table of a TOML file. Its readers give what is there, empty where nothing is; a value of
 * another type is noted as a fault of the document and reads as absent.
 */
public final class TomlSection {
  private final TomlTable table;
  private final String prefix;
  private final String file;
  private final Faults faults;

  TomlSection(TomlTable table, String prefix, String file, Faults faults) {
    this.table = table;
    this.prefix = prefix;
    this.file = file;
    this.faults = faults;
  }

  /** Names of everything in it, keys and tables, in the order of the file. */
  public List<String> names() {
    return List.copyOf(table.keySet());
  }

  /** {@code function.resize.memory}: a name of it, as seen from the document's root. */
  public String dotted(String name) {
    return prefix + Toml.canonicalDottedKey(name);
  }

  /** {@code FILE:LINE:COLUMN} of a name in it; the file alone if the name is absent. */
  public String place(String name) {
    return place(file, table.inputPositionOf(List.of(name)));
  }

  static String place(String file, @Nullable TomlPosition position) {
    return position == null ? file : file + ":" + position.line() + ":" + position.column();
  }

  /** Notes that the value of {@code name} is wrong; {@code message} goes on after its name. */
  public void fault(String name, String message) {
    faults.add(place(name), dotted(name) + " " + message);
  }

  /** Notes that {@code name} means nothing here. */
  public void unknown(String name, Collection<String> known) {
    String dotted = dotted(name);
    faults.add(place(name), "unknown key '" + dotted + "'" + Suggestion.didYouMean(dotted, known));
  }

  /** Notes every name that is not among {@code known}. */
  public void requireKnown(Collection<String> known) {
    List<String> dotted = known.stream().map(this::dotted).toList();
    names().stream().filter(name -> !known.contains(name)).forEach(name -> unknown(name, dotted));
  }

  /** Whether {@code name} is a table in it. */
  public boolean isSection(String name) {
    return raw(name) instanceof TomlTable;
  }

  /** The table {@code name}; empty if it is absent or no table. */
  public Optional<TomlSection> section(String name) {
    return switch (raw(name)) {
      case null -> Optional.empty();
      case TomlTable nested ->
          Optional.of(new TomlSection(nested, dotted(name) + ".", file, faults));
      default -> {
        fault(name, "must be a table, [" + dotted(name) + "]");
        yield Optional.empty();
      }
    };
  }

  /** A text. */
  public Optional<String> text(String name) {
    return typed(name, () -> Values.text(raw(name)));
  }

  /** A whole number. */
  public Optional<Long> integer(String name) {
    return typed(name, () -> Values.integer(raw(name)));
  }

  /** True or false. */
  public Optional<Boolean> bool(String name) {
    return typed(name, () -> Values.bool(raw(name)));
  }

  /** An array of texts. */
  public Optional<List<String>> texts(String name) {
    return typed(name, () -> Values.texts(raw(name)));
  }

  /** A number, or a text like {@code 64MiB} or {@code 10s}, as text. */
  public Optional<String> quantity(String name) {
    return typed(name, () -> Values.quantity(raw(name)));
  }

  private <T> Optional<T> typed(String name, Supplier<T> read) {
    if (raw(name) == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(read.get());
    } catch (IllegalArgumentException e) {
      fault(name, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  /**
   * The value: text, number, boolean, a list of those, or something else of TOML; null if absent.
   */
  @Nullable Object raw(String name) {
    Object value = table.get(List.of(name));
    return value instanceof TomlArray array ? new ArrayList<>(array.toList()) : value;
  }
}
