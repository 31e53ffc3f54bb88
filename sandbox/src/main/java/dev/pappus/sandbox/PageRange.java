package dev.pappus.sandbox;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Whole pages of a context.
 *
 * @param start address of the first
 * @param end address behind the last
 */
public record PageRange(long start, long end) {
  /** How large they are together. */
  public long sizeBytes() {
    return end - start;
  }

  /** The same pages, ascending, as few ranges as there can be. */
  public static List<PageRange> joined(List<PageRange> ranges) {
    List<PageRange> joined = new ArrayList<>();
    for (PageRange range :
        ranges.stream().sorted(Comparator.comparingLong(PageRange::start)).toList()) {
      PageRange last = joined.isEmpty() ? null : joined.getLast();
      if (last != null && range.start <= last.end) {
        joined.set(joined.size() - 1, new PageRange(last.start, Math.max(last.end, range.end)));
      } else {
        joined.add(range);
      }
    }
    return joined;
  }
}
