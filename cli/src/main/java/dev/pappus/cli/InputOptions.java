package dev.pappus.cli;

import dev.pappus.model.DataSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Options that say what an invocation gets. One thread uses it, once. */
@Command
final class InputOptions {
  @Option(
      names = "--set",
      paramLabel = "SET[:KEY]/ITEM=TEXT|@FILE|-",
      description = "An item: a text, a file's bytes, or stdin; repeatable.")
  private final List<String> items = new ArrayList<>();

  @Option(
      names = "--in-dir",
      paramLabel = "DIR",
      description = "Items as a tree of files DIR/SET[:KEY]/ITEM.")
  private @Nullable Path folder;

  @Option(
      names = {"-d", "--data"},
      paramLabel = "TEXT|@FILE|-",
      description = "The item 'body' of the first input set: a text, a file's bytes, or stdin.")
  private @Nullable String data;

  private boolean readStdin;

  /** Ends the command where an option is not written as it must be. */
  void requireWellFormed() {
    for (String item : items) {
      var _ = path(item);
    }
  }

  private static String path(String item) {
    int equals = item.indexOf('=');
    if (equals < 0) {
      throw new CliException(
          ExitCode.USAGE,
          "--set '" + item + "' says nothing of what is in the item",
          "write it like --set logs/apache=@access.log or --set names:7/a=TEXT");
    }
    return FunctionDescription.path("--set", item.substring(0, equals));
  }

  /** Whether {@code -d} alone says what to send, so that the bytes can go as they are. */
  boolean isBodyOnly() {
    return items.isEmpty() && folder == null;
  }

  /** Whether anything is to go into the first input set, whatever its name. */
  boolean hasBody() {
    return data != null;
  }

  /** What {@code -d} gives; null without it. */
  byte @Nullable [] body(Terminal terminal) throws IOException {
    String value = data;
    return value == null ? null : bytes(terminal, value, terminal.arguments().bytes(value));
  }

  /** Names of the sets that {@code --set} and {@code --in-dir} fill, in their order. */
  List<String> setNames(Terminal terminal) throws IOException {
    return sets(terminal, "").stream().map(DataSet::name).toList();
  }

  /**
   * Everything that was said.
   *
   * @param first the first input set, which {@code -d} fills
   */
  List<DataSet> sets(Terminal terminal, String first) throws IOException {
    Map<String, byte[]> all = new LinkedHashMap<>();
    Path tree = folder;
    if (tree != null) {
      Path root = terminal.folder().resolve(tree);
      if (!Files.isDirectory(root)) {
        throw new CliException(ExitCode.USAGE, tree + " is no folder", null);
      }
      all.putAll(ItemTree.read(root));
    }
    for (String item : items) {
      byte[] raw = terminal.arguments().bytes(item);
      int rawEquals = 0;
      while (raw[rawEquals] != '=') {
        rawEquals++;
      }
      add(
          all,
          path(item),
          bytes(
              terminal,
              item.substring(item.indexOf('=') + 1),
              Arrays.copyOfRange(raw, rawEquals + 1, raw.length)));
    }
    if (!first.isEmpty()) {
      byte[] body = body(terminal);
      if (body != null) {
        add(all, first.equals("stdio") ? "stdio/stdin" : first + "/body", body);
      }
    }
    return ItemTree.sets(all);
  }

  /**
   * Everything that was said, for a Linux program; what comes through a pipe is its stdin where
   * nothing else is.
   *
   * @param bytesMax that it may have
   */
  List<DataSet> programSets(Terminal terminal, long bytesMax) throws IOException {
    List<DataSet> sets = new ArrayList<>(sets(terminal, "stdio"));
    boolean given =
        sets.stream()
            .filter(set -> set.name().equals("stdio"))
            .flatMap(set -> set.items().stream())
            .anyMatch(item -> item.name().equals("stdin"));
    if (!given && !readStdin && !terminal.inInteractive()) {
      byte[] piped = terminal.in().readNBytes((int) Math.min(bytesMax + 1, Integer.MAX_VALUE - 8));
      if (piped.length > bytesMax) {
        throw new CliException(
            ExitCode.QUOTA,
            "stdin has more than " + bytesMax + " bytes (limits.request_body)",
            "raise the limit, or give the program less at a time");
      }
      Map<String, byte[]> all = new LinkedHashMap<>(ItemTree.items(sets));
      all.put("stdio/stdin", piped);
      return ItemTree.sets(all);
    }
    return sets;
  }

  private static void add(Map<String, byte[]> all, String path, byte[] bytes) {
    if (all.put(path, bytes) != null) {
      throw new CliException(ExitCode.USAGE, "the item " + path + " is given twice", null);
    }
  }

  private byte[] bytes(Terminal terminal, String value, byte[] raw) throws IOException {
    if (value.equals("-") || value.equals("@-")) {
      if (readStdin) {
        throw new CliException(ExitCode.USAGE, "stdin can be read for one item only", null);
      }
      readStdin = true;
      return terminal.in().readAllBytes();
    }
    return value.startsWith("@")
        ? SourceFile.readBytes(terminal.folder().resolve(value.substring(1)))
        : raw;
  }
}
