package dev.pappus.sandbox.wasm;

import dev.pappus.model.DataSet;
import dev.pappus.model.Item;
import dev.pappus.model.Key;
import dev.pappus.sandbox.wasm.FileTree.Directory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The tree that a WASI command begins with (docs/wasm.md): {@code /in/SET[:KEY]/ITEM}, the same
 * items as {@code /SET/ITEM}, {@code /out/SET} and {@code /tmp}. Directories of items are filled
 * when they are first looked into.
 */
final class InputFiles {
  static final String IN = "in";
  static final String OUT = "out";
  static final String TMP = "tmp";

  /** Sets called like this have no second view. */
  static final Set<String> TAKEN = Set.of(IN, OUT, TMP);

  private InputFiles() {}

  static void provide(FileTree tree, List<DataSet> inputs, List<String> outputs) {
    Directory root = tree.root();
    Directory in = root.provideDirectory(IN, true, null);
    for (DataSet set : inputs) {
      provideSet(in, set);
      if (!TAKEN.contains(set.name())) {
        root.provideDirectory(set.name(), true, inside -> provideItems(inside, set.items()));
      }
    }
    Directory out = root.provideDirectory(OUT, false, null);
    for (String output : outputs) {
      if (!output.equals(Stdio.SET)) {
        out.provideDirectory(output, false, null);
        if (!TAKEN.contains(output) && root.child(output) == null) {
          root.provideDirectory(output, false, null);
        }
      }
    }
    root.provideDirectory(TMP, false, null);
  }

  /** One directory for each key; the one for key 0 is there even if it is empty. */
  private static void provideSet(Directory in, DataSet set) {
    Map<Key, ArrayList<Item>> byKey = new LinkedHashMap<>();
    byKey.put(Key.ZERO, new ArrayList<>());
    for (Item item : set.items()) {
      byKey.computeIfAbsent(item.key(), _ -> new ArrayList<>()).add(item);
    }
    byKey.forEach((key, items) -> {
      String name = key.equals(Key.ZERO) ? set.name() : set.name() + ":" + key;
      in.provideDirectory(name, true, inside -> provideItems(inside, items));
    });
  }

  private static void provideItems(Directory directory, List<Item> items) {
    new Namer().provide(directory, items);
  }

  /**
   * Finds names that are free: the first keeps its own, others get {@code ~2}, {@code ~3} and on.
   */
  private static final class Namer {
    private final Map<Directory, Map<String, Integer>> lastNumbers = new HashMap<>();

    void provide(Directory directory, List<Item> items) {
      for (Item item : items) {
        Interruption.check();
        Directory at = directory;
        String[] components = item.name().split("/", -1);
        for (int i = 0; i < components.length - 1; i++) {
          if (!components[i].isEmpty()) {
            at = inner(at, components[i]);
          }
        }
        String last = components[components.length - 1];
        at.provideFile(free(at, last.isEmpty() ? "item" : last), item.data());
      }
    }

    private Directory inner(Directory at, String name) {
      return at.child(name) instanceof Directory there
          ? there
          : at.provideDirectory(free(at, name), true, null);
    }

    private String free(Directory at, String name) {
      String candidate = name;
      Map<String, Integer> numbers = lastNumbers.computeIfAbsent(at, _ -> new HashMap<>());
      while (at.child(candidate) != null) {
        candidate = name + "~" + numbers.merge(name, 2, (last, _) -> last + 1);
      }
      return candidate;
    }
  }
}
