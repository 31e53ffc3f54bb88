package dev.pappus.cli;

import dev.pappus.model.Names;
import dev.pappus.server.settings.TomlDocument;
import dev.pappus.server.settings.TomlSection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * {@code tests/CASE}: what to invoke, with what, and what must come out.
 *
 * @param name the folder's
 * @param folder holds {@code in}, {@code out} and {@code case.toml}, each of which may be absent
 * @param target what it invokes
 */
record TestCase(String name, Path folder, String target) {
  /** All cases of a project, by name. */
  static List<TestCase> all(Project project) throws IOException {
    List<TestCase> cases = new ArrayList<>();
    for (Path folder : Project.folders(project.tests())) {
      cases.add(read(project, folder));
    }
    return cases;
  }

  private static TestCase read(Project project, Path folder) throws IOException {
    Path file = folder.resolve("case.toml");
    String target = Files.isRegularFile(file) ? target(file) : null;
    return new TestCase(
        String.valueOf(folder.getFileName()), folder, target == null ? project.target() : target);
  }

  private static @Nullable String target(Path file) {
    TomlDocument document = TomlDocument.read(file);
    TomlSection root = document.root();
    root.requireKnown(List.of("target"));
    String target = root.text("target").orElse(null);
    if (target != null && !Names.isIdentifier(target)) {
      root.fault("target", "must name a function or a composition");
    }
    document.throwIfFaulty();
    return target;
  }

  /** What it sends; nothing if it has no folder {@code in}. */
  SortedMap<String, byte[]> inputs() throws IOException {
    Path in = folder.resolve("in");
    return Files.isDirectory(in) ? ItemTree.read(in) : Collections.emptySortedMap();
  }

  /** What must come out; null if nobody has said. */
  @Nullable SortedMap<String, byte[]> expected() throws IOException {
    Path out = out();
    return Files.isDirectory(out) ? new TreeMap<>(ItemTree.read(out)) : null;
  }

  Path out() {
    return folder.resolve("out");
  }
}
