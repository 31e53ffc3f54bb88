package dev.pappus.cli;

import dev.pappus.model.Digest;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The cache of language runtimes: a folder {@code NAME-VERSION-KEY} for each that was built here,
 * where KEY stands for the recipe's files. A folder appears when all is in it, and is never
 * changed.
 */
final class Runtimes {
  private static final int KEY_DIGITS = 12;

  private final Path recipes;
  private final Path cache;

  Runtimes(Path recipes, Path cache) {
    this.recipes = recipes;
    this.cache = cache;
  }

  /**
   * Those of the user: in {@code PAPPUS_RUNTIMES}, else in the user's cache.
   *
   * @throws CliException USAGE if nothing says where that is
   */
  static Runtimes of(Terminal terminal) {
    Map<String, String> environment = terminal.environment();
    String own = environment.getOrDefault("PAPPUS_RUNTIMES", "");
    String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
    String home = environment.getOrDefault("HOME", "");
    Path cache;
    if (!own.isEmpty()) {
      cache = terminal.folder().resolve(own);
    } else if (xdg.startsWith("/")) {
      cache = Path.of(xdg, "pappus", "runtimes");
    } else if (!home.isEmpty()) {
      cache = Path.of(home, ".cache", "pappus", "runtimes");
    } else {
      throw new CliException(
          ExitCode.USAGE,
          "neither PAPPUS_RUNTIMES nor HOME says where runtimes lie",
          "set PAPPUS_RUNTIMES to a folder");
    }
    return new Runtimes(terminal.home().resolve("runtimes"), cache);
  }

  /** The folder with all of them. */
  Path folder() {
    return cache;
  }

  /**
   * The runtime of this name as this version of Pappus would build it, or null.
   *
   * @throws CliException FAILED if the recipes or the cache cannot be read
   */
  @Nullable InstalledRuntime find(String name) {
    RuntimeRecipe recipe = RuntimeRecipe.of(name);
    return recipe == null ? null : find(recipe);
  }

  /** As {@link #find(String)}. */
  @Nullable InstalledRuntime find(RuntimeRecipe recipe) {
    try {
      String key = key(recipe);
      InstalledRuntime newest = null;
      for (Path each : folders(recipe)) {
        if (each.toString().endsWith("-" + key)) {
          InstalledRuntime found = RuntimeManifest.read(recipe, each, helpers());
          newest = found == null || (newest != null && isNewer(newest, found)) ? newest : found;
        }
      }
      return newest;
    } catch (IOException e) {
      throw new CliException(
          ExitCode.FAILED, "runtimes cannot be looked for: " + IoText.of(e), null);
    }
  }

  private static boolean isNewer(InstalledRuntime one, InstalledRuntime other) {
    return RuntimeVersion.compare(one.version(), other.version()) > 0;
  }

  /** All that can be used, by name. */
  List<InstalledRuntime> installed() {
    List<InstalledRuntime> all = new ArrayList<>();
    for (RuntimeRecipe recipe : RuntimeRecipe.values()) {
      InstalledRuntime found = find(recipe);
      if (found != null) {
        all.add(found);
      }
    }
    return all;
  }

  /** Removes all versions of a runtime; returns how many there were. */
  int remove(RuntimeRecipe recipe) throws IOException {
    List<Path> folders = folders(recipe);
    for (Path each : folders) {
      // Without its manifest it counts as absent, however far the rest gets.
      Files.deleteIfExists(each.resolve(RuntimeManifest.NAME));
      Folders.delete(each);
    }
    return folders.size();
  }

  /** The script that builds it. */
  Path script(RuntimeRecipe recipe) {
    return recipes.resolve(recipe.text()).resolve("build.sh");
  }

  /**
   * Takes over what a script has built: writes the manifest, and lets the folder appear.
   *
   * @param key of the recipe when the build began
   * @param built with {@code program}, {@code library} and {@code about}; gone afterwards
   */
  InstalledRuntime publish(RuntimeRecipe recipe, String key, Path built) throws IOException {
    String version = RuntimeManifest.write(recipe, built);
    Path target = cache.resolve(recipe.text() + "-" + version + "-" + key);
    // One that is in the way stays whole until the new one can take its place.
    Path replaced = built.resolveSibling("replaced");
    if (Files.exists(target)) {
      Files.move(target, replaced, StandardCopyOption.ATOMIC_MOVE);
    }
    Files.move(built, target, StandardCopyOption.ATOMIC_MOVE);
    InstalledRuntime published = RuntimeManifest.read(recipe, target, helpers());
    if (published == null) {
      throw new CliException(
          ExitCode.FAILED, target + " cannot be used: a file of it is missing", null);
    }
    return published;
  }

  private Path helpers() {
    return recipes.resolve("library");
  }

  private List<Path> folders(RuntimeRecipe recipe) throws IOException {
    if (!Files.isDirectory(cache)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(cache)) {
      return all.filter(each -> String.valueOf(each.getFileName()).startsWith(recipe.text() + "-"))
          .filter(Files::isDirectory)
          .sorted()
          .toList();
    }
  }

  /** Digits for everything that decides how it is built. */
  String key(RuntimeRecipe recipe) throws IOException {
    SortedMap<String, Path> files = RuntimeManifest.filesBelow(recipes.resolve(recipe.text()));
    files.put("common.sh", recipes.resolve("common.sh"));
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, Path> each : files.entrySet()) {
      text.append(each.getKey()).append(' ');
      text.append(RuntimeManifest.digest(each.getValue()).hex()).append('\n');
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    return Digest.of(MemorySegment.ofArray(bytes)).hex().substring(0, KEY_DIGITS);
  }
}
