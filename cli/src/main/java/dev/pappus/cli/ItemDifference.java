package dev.pappus.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeSet;

/**
 * An item that is not as it was expected, or as it was before.
 *
 * @param kind what is the matter with it
 * @param item its path
 * @param lines what to show of it
 */
record ItemDifference(Kind kind, String item, List<String> lines) {
  /** What is the matter. */
  enum Kind {
    /** It is there no more, or it was expected and is absent. */
    MISSING,
    /** It is new, or was not expected. */
    EXTRA,
    /** Its bytes differ. */
    DIFFERS
  }

  /** How {@code now} differs from {@code before}, item by item. */
  static List<ItemDifference> between(
      SortedMap<String, byte[]> before, SortedMap<String, byte[]> now) {
    List<ItemDifference> differences = new ArrayList<>();
    TreeSet<String> items = new TreeSet<>(before.keySet());
    items.addAll(now.keySet());
    for (String item : items) {
      byte[] old = before.get(item);
      byte[] fresh = now.get(item);
      if (old == null && fresh != null) {
        differences.add(new ItemDifference(Kind.EXTRA, item, TextDiff.show(fresh)));
      } else if (old != null && fresh == null) {
        differences.add(new ItemDifference(Kind.MISSING, item, TextDiff.show(old)));
      } else if (old != null && fresh != null && !Arrays.equals(old, fresh)) {
        differences.add(new ItemDifference(Kind.DIFFERS, item, TextDiff.of(old, fresh)));
      }
    }
    return differences;
  }

  /** For a person: the item, and its lines. */
  void print(java.io.PrintStream out) {
    String mark =
        switch (kind) {
          case MISSING -> "-";
          case EXTRA -> "+";
          case DIFFERS -> "";
        };
    out.println("  " + mark + ProblemText.printable(item));
    lines.forEach(line -> out.println("    " + mark + line));
  }
}
