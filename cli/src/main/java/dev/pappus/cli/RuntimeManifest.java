package dev.pappus.cli;

import dev.pappus.model.Digest;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What lies in a runtime's folder: of which sources it was made, by what, and every file with size
 * and digest. Two builds from the same sources by the same compiler have the same manifest.
 */
final class RuntimeManifest {
  static final String NAME = "manifest.json";

  /** What a build script says of its work, as lines {@code WORD TEXT}. */
  private static final String ABOUT = "about";

  private static final String PROGRAM = "program";
  private static final String LIBRARY = "library";

  private RuntimeManifest() {}

  /**
   * Writes that of a fresh build in place of the script's notes; returns the version.
   *
   * @param built the folder, with {@code program}, {@code library} and {@code about}
   */
  static String write(RuntimeRecipe recipe, Path built) throws IOException {
    Map<String, Object> manifest = new LinkedHashMap<>();
    manifest.put("name", recipe.text());
    List<String> sources = new ArrayList<>();
    for (String line : Files.readAllLines(built.resolve(ABOUT))) {
      int space = line.indexOf(' ');
      String word = line.substring(0, Math.max(0, space));
      switch (word) {
        case "source" -> sources.add(line.substring(space + 1));
        case "version", "compiler" -> manifest.put(word, line.substring(space + 1));
        default -> throw new IOException("the build script says '" + line + "' of its work");
      }
    }
    manifest.put("sources", sources);
    manifest.put("files", files(built));
    if (!(manifest.get("version") instanceof String version) || !version.matches("[0-9A-Za-z.]+")) {
      throw new IOException("the build script names no version");
    }
    Files.write(built.resolve(NAME), Json.bytes(json -> Json.writeValue(json, manifest)));
    Files.delete(built.resolve(ABOUT));
    return version;
  }

  private static List<Map<String, Object>> files(Path built) throws IOException {
    List<Map<String, Object>> files = new ArrayList<>();
    for (Map.Entry<String, Path> each : filesBelow(built).entrySet()) {
      if (!each.getKey().equals(ABOUT)) {
        Map<String, Object> file = new LinkedHashMap<>();
        file.put("name", each.getKey());
        file.put("bytes", Files.size(each.getValue()));
        file.put("sha256", digest(each.getValue()).hex());
        files.add(file);
      }
    }
    return files;
  }

  /**
   * The runtime in {@code folder}; null if its files are not those of its manifest.
   *
   * @param helpers the folder with this version's helper modules, which want no building
   */
  static @Nullable InstalledRuntime read(RuntimeRecipe recipe, Path folder, Path helpers)
      throws IOException {
    Path file = folder.resolve(NAME);
    if (!Files.isRegularFile(file)) {
      return null;
    }
    byte[] text = Files.readAllBytes(file);
    JsonObject manifest = JsonObject.parse(text);
    Map<String, RuntimeFile> files = new LinkedHashMap<>();
    for (JsonObject each : manifest.objects("files")) {
      Path path = folder.resolve(each.text("name", "")).normalize();
      String digest = each.text("sha256", "");
      if (!path.startsWith(folder.normalize())
          || !Files.isRegularFile(path)
          || Files.size(path) != each.integer("bytes")
          || !digest.matches("[0-9a-f]{64}")) {
        return null;
      }
      files.put(each.text("name", ""), new RuntimeFile(recipe.text(), path, new Digest(digest)));
    }
    RuntimeFile program = files.remove(PROGRAM);
    if (program == null) {
      return null;
    }
    Map<String, RuntimeFile> library = new LinkedHashMap<>();
    files.forEach((name, each) -> library.put(name.replaceFirst("^" + LIBRARY + "/", ""), each));
    for (String helper : recipe.helpers()) {
      library.put(helper, new RuntimeFile(recipe.text(), helpers.resolve(helper), null));
    }
    return new InstalledRuntime(
        recipe.text(),
        manifest.text("version", ""),
        folder,
        Digest.of(MemorySegment.ofArray(text)),
        program,
        recipe.arguments(),
        library,
        null);
  }

  /** All files below a folder, by their paths from there. */
  static SortedMap<String, Path> filesBelow(Path folder) throws IOException {
    SortedMap<String, Path> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      all.filter(Files::isRegularFile)
          .forEach(each -> files.put(folder.relativize(each).toString(), each));
    }
    return files;
  }

  /** Of a file that fits into memory. */
  static Digest digest(Path file) throws IOException {
    return Digest.of(MemorySegment.ofArray(Files.readAllBytes(file)));
  }
}
