package dev.pappus.cli;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.ItemPath;
import dev.pappus.model.Names;
import dev.pappus.model.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Data sets as a tree of files {@code SET[:KEY]/ITEM}. */
final class ItemTree {
  /** Keeps an empty folder in a repository; no item. */
  static final String KEEP = ".gitkeep";

  private ItemTree() {}

  /**
   * The items below {@code folder}, by their path as {@link ItemPath} writes it.
   *
   * @throws CliException USAGE if a file does not lie where an item may
   */
  static SortedMap<String, byte[]> read(Path folder) throws IOException {
    SortedMap<String, byte[]> items = new TreeMap<>();
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files = all.filter(Files::isRegularFile).sorted().toList();
    }
    for (Path file : files) {
      String relative = folder.relativize(file).toString();
      if (relative.equals(KEEP)) {
        continue;
      }
      ItemPath path;
      try {
        path = ItemPath.parse(relative);
      } catch (ProblemException e) {
        throw new CliException(
            ExitCode.USAGE, file + ": " + e.problem().detail(), e.problem().hint());
      }
      if (items.put(path.toString(), Files.readAllBytes(file)) != null) {
        throw new CliException(ExitCode.USAGE, file + ": there are two items " + path, null);
      }
    }
    return items;
  }

  /** What {@link #read} gave as sets. */
  static List<DataSet> sets(Map<String, byte[]> items) {
    Map<String, List<Item>> sets = new LinkedHashMap<>();
    items.forEach((text, bytes) -> {
      ItemPath path = ItemPath.parse(text);
      sets.computeIfAbsent(path.set(), _ -> new ArrayList<>())
          .add(Item.of(path.item(), path.key(), bytes));
    });
    return sets.entrySet().stream().map(set -> new DataSet(set.getKey(), set.getValue())).toList();
  }

  /**
   * Sets by the paths of their items.
   *
   * @throws CliException FAILED if two items would have the same path, or one that no file can have
   */
  static SortedMap<String, byte[]> items(List<DataSet> sets) {
    SortedMap<String, byte[]> items = new TreeMap<>();
    for (DataSet set : sets) {
      for (Item item : set.items()) {
        ItemPath path = new ItemPath(set.name(), item.key(), item.name());
        if (!isFile(path)) {
          throw new CliException(
              ExitCode.FAILED,
              "the item '" + ProblemText.printable(path.toString()) + "' cannot be a file",
              "give it a name that is a relative path, or look at it with 'pappus invoke'");
        }
        if (items.put(path.toString(), item.toBytes()) != null) {
          throw new CliException(
              ExitCode.FAILED,
              "there are two items '" + ProblemText.printable(path.toString()) + "'",
              "a tree of files can tell items apart by set, key and name only");
        }
      }
    }
    return items;
  }

  private static boolean isFile(ItemPath path) {
    try {
      // The node is not ours: a name with '..' in it would lead out of the folder.
      Names.requireIdentifier("set", path.set());
      Names.requireItemName(path.item());
      return !path.item().isEmpty() && Path.of(path.item()).toString().equals(path.item());
    } catch (ProblemException | InvalidPathException e) {
      return false;
    }
  }

  /**
   * Makes {@code folder} hold exactly {@code items}.
   *
   * @throws CliException USAGE, nothing changed, if something other than items lies in it
   */
  static void replace(Path folder, SortedMap<String, byte[]> items) throws IOException {
    if (Files.isDirectory(folder)) {
      read(folder);
      List<Path> old;
      try (Stream<Path> all = Files.walk(folder)) {
        old = all.filter(each -> !each.equals(folder)).sorted(Comparator.reverseOrder()).toList();
      }
      for (Path each : old) {
        Files.delete(each);
      }
    }
    Files.createDirectories(folder);
    for (Map.Entry<String, byte[]> each : items.entrySet()) {
      Path file = folder.resolve(each.getKey());
      Files.createDirectories(file.getParent());
      Files.write(file, each.getValue());
    }
    if (items.isEmpty()) {
      Files.write(folder.resolve(KEEP), new byte[0]);
    }
  }
}
