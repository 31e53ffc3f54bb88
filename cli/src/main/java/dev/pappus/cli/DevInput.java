package dev.pappus.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What {@code pappus dev} runs again and again; files are read anew each time. */
sealed interface DevInput {
  /** The items for a target with these input sets. */
  SortedMap<String, byte[]> items(List<String> inputs) throws IOException;

  /** What to invoke where the user did not say. */
  String target(Project project) throws IOException;

  /** What it reads beside the project's own folders. */
  List<Path> files();

  /** One item of the first input set. */
  record Data(Terminal terminal, String text) implements DevInput {
    @Override
    public SortedMap<String, byte[]> items(List<String> inputs) throws IOException {
      byte[] bytes =
          text.startsWith("@") ? SourceFile.readBytes(file()) : terminal.arguments().bytes(text);
      if (inputs.isEmpty()) {
        throw new CliException(ExitCode.USAGE, "the target takes no input", "leave out -d");
      }
      TreeMap<String, byte[]> items = new TreeMap<>();
      items.put(inputs.getFirst() + "/body", bytes);
      return items;
    }

    @Override
    public String target(Project project) throws IOException {
      return project.target();
    }

    @Override
    public List<Path> files() {
      return text.startsWith("@") ? List.of(file()) : List.of();
    }

    private Path file() {
      return terminal.folder().resolve(text.substring(1));
    }
  }

  /** A tree of items. */
  record Folder(Path folder) implements DevInput {
    @Override
    public SortedMap<String, byte[]> items(List<String> inputs) throws IOException {
      return ItemTree.read(folder);
    }

    @Override
    public String target(Project project) throws IOException {
      return project.target();
    }

    @Override
    public List<Path> files() {
      return List.of();
    }
  }

  /** A test case: the first one where none is named; nothing where there is none. */
  record Case(Project project, @Nullable String name) implements DevInput {
    @Override
    public SortedMap<String, byte[]> items(List<String> inputs) throws IOException {
      TestCase test = find();
      return test == null ? new TreeMap<>() : test.inputs();
    }

    @Override
    public String target(Project now) throws IOException {
      TestCase test = find();
      return test == null ? now.target() : test.target();
    }

    /** The case; null if there is none. */
    @Nullable TestCase find() throws IOException {
      return TestCase.all(project.reread()).stream()
          .filter(each -> name == null || Objects.equals(each.name(), name))
          .findFirst()
          .orElse(null);
    }

    @Override
    public List<Path> files() {
      return List.of();
    }
  }

  /** The number of bytes in all items, as a phrase. */
  static String size(SortedMap<String, byte[]> items) {
    long bytes = items.values().stream().mapToLong(each -> each.length).sum();
    return items.size() + " items, " + bytes + " bytes";
  }

  /** One fingerprint for items. */
  static String fingerprint(SortedMap<String, byte[]> items) {
    StringBuilder text = new StringBuilder();
    items.forEach((item, bytes) ->
        text.append(item)
            .append('\0')
            .append(dev.pappus.model.Digest.of(java.lang.foreign.MemorySegment.ofArray(bytes)))
            .append('\n'));
    return dev.pappus.model.Digest.of(
            java.lang.foreign.MemorySegment.ofArray(
                text.toString().getBytes(StandardCharsets.UTF_8)))
        .hex();
  }
}
