package dev.pappus.sandbox.wasm;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.ItemPath;
import dev.pappus.model.Key;
import dev.pappus.model.Limit;
import dev.pappus.model.Limits;
import dev.pappus.model.Names;
import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import dev.pappus.sandbox.wasm.FileTree.Directory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Makes items of the files that a WASI command left (docs/wasm.md). Nothing there is trusted: names
 * are checked, and limits before anything is made.
 */
final class OutputFiles {
  private static final Comparator<Found> BY_PATH_BYTES =
      (a, b) ->
          Arrays.compareUnsigned(
              a.path().getBytes(StandardCharsets.UTF_8), b.path().getBytes(StandardCharsets.UTF_8));

  private final Limits limits;
  private final Map<String, List<Item>> sets = new LinkedHashMap<>();
  private long totalBytes;

  private OutputFiles(List<String> outputs, Limits limits) {
    this.limits = limits;
    outputs.forEach(output -> sets.put(output, new ArrayList<>()));
  }

  /** A file and its path below the directory that was searched. */
  private record Found(String path, RegularFile file) {}

  /**
   * Reads the outputs.
   *
   * @param inputs input sets: where one has the name of an output, {@code /SET} is its view
   * @param printed the items of {@code stdio}, used where that is an output
   * @throws ProblemException with GUEST_BAD_OUTPUT or GUEST_OUTPUT_LIMIT
   */
  static List<DataSet> read(
      FileTree tree,
      List<DataSet> inputs,
      List<String> outputs,
      List<Item> printed,
      Limits limits) {
    OutputFiles files = new OutputFiles(outputs, limits);
    files.readOut(tree);
    for (String output : outputs) {
      if (output.equals(Stdio.SET)) {
        printed.forEach(item -> files.add(output, item));
      } else if (!InputFiles.TAKEN.contains(output)
          && inputs.stream().noneMatch(set -> set.name().equals(output))) {
        files.readView(tree, output);
      }
    }
    return files.sets.entrySet().stream()
        .map(entry -> new DataSet(entry.getKey(), entry.getValue()))
        .toList();
  }

  private void readOut(FileTree tree) {
    if (tree.root().child(InputFiles.OUT) instanceof Directory out) {
      for (Found found : search(out)) {
        String path = "/out/" + found.path();
        ItemPath item;
        try {
          item = ItemPath.parse(found.path());
        } catch (ProblemException e) {
          throw bad("the file %s cannot be an item: %s", path, e.problem().detail());
        }
        if (item.set().equals(Stdio.SET) || !sets.containsKey(item.set())) {
          throw bad("the file %s belongs to no output set of the function", path);
        }
        add(item.set(), new Item(item.item(), item.key(), found.file().content()));
      }
    }
  }

  private void readView(FileTree tree, String output) {
    if (tree.root().child(output) instanceof Directory view) {
      for (Found found : search(view)) {
        String name;
        try {
          name = Names.requireItemName(found.path());
        } catch (ProblemException e) {
          throw bad(
              "the file /%s/%s cannot be an item: %s", output, found.path(), e.problem().detail());
        }
        add(output, new Item(name, Key.ZERO, found.file().content()));
      }
    }
  }

  /** All files below a directory, by the bytes of their path. */
  private static List<Found> search(Directory directory) {
    List<Found> found = new ArrayList<>();
    collect(directory, found);
    found.sort(BY_PATH_BYTES);
    return found;
  }

  /** Without recursion: a guest may nest directories as deep as it likes. */
  private static void collect(Directory start, List<Found> found) {
    record Pending(String path, Directory directory) {}
    List<Pending> pending = new ArrayList<>(List.of(new Pending("", start)));
    while (!pending.isEmpty()) {
      Pending next = pending.removeLast();
      for (Directory.Entry entry : next.directory().entriesAfter(0)) {
        // One that is too long already says so without the names that follow.
        String path = next.path() + entry.name();
        switch (entry.node()) {
          case RegularFile file -> found.add(new Found(path, file));
          case Directory inner -> {
            if (path.length() <= 2 * Names.ITEM_NAME_BYTES_MAX) {
              pending.add(new Pending(path + "/", inner));
            } else if (!inner.isEmpty()) {
              throw bad("the path %s… is too long for an item", Names.printable(path));
            }
          }
        }
      }
    }
  }

  private void add(String set, Item item) {
    List<Item> items = Objects.requireNonNull(sets.get(set));
    long perSet = limits.count(Limit.SET_ITEMS);
    if (items.size() >= perSet) {
      throw new ProblemException(
          limits.exceeded(
              ProblemCode.GUEST_OUTPUT_LIMIT,
              Limit.SET_ITEMS,
              "items in output set '" + set + "'",
              items.size() + 1L));
    }
    totalBytes += item.sizeBytes();
    if (totalBytes > limits.get(Limit.OUTPUT_BYTES)) {
      throw new ProblemException(
          limits.exceeded(
              ProblemCode.GUEST_OUTPUT_LIMIT,
              Limit.OUTPUT_BYTES,
              "outputs up to item '"
                  + Names.printable(item.name())
                  + "' of output set '"
                  + set
                  + "'",
              totalBytes));
    }
    items.add(item);
  }

  private static ProblemException bad(String detail, Object... arguments) {
    return new ProblemException(
        Problem.of(ProblemCode.GUEST_BAD_OUTPUT, detail, arguments)
            .withHint("write outputs to /out/SET/NAME or /out/SET:KEY/NAME; docs/wasm.md"));
  }
}
