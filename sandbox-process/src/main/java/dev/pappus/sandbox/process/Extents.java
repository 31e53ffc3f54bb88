package dev.pappus.sandbox.process;

import dev.pappus.sandbox.PageRange;
import java.util.ArrayList;
import java.util.List;

/** Lists of page ranges, ascending, of which no two overlap. */
final class Extents {
  private Extents() {}

  static long sizeBytes(List<PageRange> extents) {
    long total = 0;
    for (PageRange extent : extents) {
      total += extent.sizeBytes();
    }
    return total;
  }

  /** The pages of two lists, which have none in common, in as few ranges as possible. */
  static List<PageRange> merge(List<PageRange> some, List<PageRange> others) {
    List<PageRange> merged = new ArrayList<>(some.size() + others.size());
    int next = 0;
    for (PageRange extent : some) {
      for (; next < others.size() && others.get(next).start() < extent.start(); next++) {
        add(merged, others.get(next));
      }
      add(merged, extent);
    }
    for (; next < others.size(); next++) {
      add(merged, others.get(next));
    }
    return merged;
  }

  /** Appends a range; what of it is in the last one already is not repeated. */
  static void add(List<PageRange> extents, PageRange range) {
    int last = extents.size() - 1;
    if (last >= 0 && extents.get(last).end() >= range.start()) {
      PageRange before = extents.get(last);
      extents.set(last, new PageRange(before.start(), Math.max(before.end(), range.end())));
    } else {
      extents.add(range);
    }
  }
}
