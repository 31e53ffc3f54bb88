package dev.pappus.server.api;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * A member of each entry of a list, which is also a column of the list as a table.
 *
 * @param name of the member and of the column
 * @param value of an entry; null where it has none
 */
record ListField<T>(String name, Function<T, @Nullable Value> value) {
  /** What a member says. */
  sealed interface Value {
    record Text(String text) implements Value {}

    record Count(long number) implements Value {}

    record Names(List<String> names) implements Value {}
  }

  /** Writes the member that {@code entry} has. */
  void write(JsonGenerator json, T entry) {
    switch (value.apply(entry)) {
      case null -> {}
      case Value.Text text -> json.writeStringProperty(name, text.text());
      case Value.Count count -> json.writeNumberProperty(name, count.number());
      case Value.Names names -> Json.strings(json, name, names.names());
    }
  }

  /** The cell of {@code entry}: names with commas between, and nothing where it has no value. */
  String cell(T entry) {
    return switch (value.apply(entry)) {
      case null -> "";
      case Value.Text text -> text.text();
      case Value.Count count -> Long.toString(count.number());
      case Value.Names names -> String.join(",", names.names());
    };
  }
}
