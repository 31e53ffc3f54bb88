package dev.pappus.cli;

import dev.pappus.server.settings.ProjectFile;
import dev.pappus.server.settings.TomlDocument;
import dev.pappus.server.settings.TomlSection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A TOML file that describes a function: {@code x.toml} beside {@code x.elf}, or named instead of
 * it.
 *
 * @param binary the file with the function's code
 * @param description what the TOML says
 */
record FunctionFile(Path binary, FunctionDescription description) {
  private static final List<String> KEYS =
      List.of(
          "name",
          "binary",
          "in",
          "out",
          "static",
          "memory",
          "timeout",
          "sandbox",
          "arguments",
          "snapshot",
          "min_set_bytes");

  /** What {@code path}, a TOML file or a binary, says. */
  static FunctionFile of(Path path) throws IOException {
    if (path.toString().endsWith(".toml")) {
      return read(path, null);
    }
    Path beside = path.resolveSibling(stem(path) + ".toml");
    return Files.isRegularFile(beside) && !beside.endsWith(ProjectFile.NAME)
        ? read(beside, path)
        : new FunctionFile(path, FunctionDescription.EMPTY);
  }

  private static String stem(Path path) {
    String name = String.valueOf(path.getFileName());
    int dot = name.lastIndexOf('.');
    return dot > 0 ? name.substring(0, dot) : name;
  }

  private static FunctionFile read(Path toml, @Nullable Path binary) throws IOException {
    TomlDocument document = TomlDocument.read(toml);
    TomlSection root = document.root();
    root.requireKnown(KEYS);
    Map<String, byte[]> statics = statics(toml, root);
    Map<String, String> minSetBytes = new LinkedHashMap<>();
    root.section("min_set_bytes")
        .ifPresent(sets ->
            sets.names()
                .forEach(set -> sets.quantity(set).ifPresent(size -> minSetBytes.put(set, size))));
    FunctionDescription description =
        new FunctionDescription(
            root.text("name").orElse(null),
            root.texts("in").orElse(null),
            root.texts("out").orElse(null),
            statics,
            root.quantity("memory").orElse(null),
            root.quantity("timeout").orElse(null),
            root.text("sandbox").orElse(null),
            root.texts("arguments").orElse(null),
            root.bool("snapshot").orElse(null),
            minSetBytes);
    Optional<String> named = root.text("binary");
    document.throwIfFaulty();
    Path code =
        binary != null
            ? binary
            : toml.toAbsolutePath().resolveSibling(named.orElse(stem(toml) + ".elf"));
    return new FunctionFile(code, description);
  }

  private static Map<String, byte[]> statics(Path toml, TomlSection root) throws IOException {
    Map<String, byte[]> statics = new LinkedHashMap<>();
    TomlSection items = root.section("static").orElse(null);
    if (items != null) {
      for (String item : items.names()) {
        Optional<String> file = items.text(item);
        if (file.isPresent()) {
          statics.put(
              FunctionDescription.path(items.place(item), item),
              SourceFile.readBytes(toml.toAbsolutePath().resolveSibling(file.get())));
        }
      }
    }
    return statics;
  }
}
