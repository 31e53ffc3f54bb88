package dev.pappus.sandbox.process;

import dev.pappus.sandbox.ElfImage;
import dev.pappus.sandbox.GuestLayout;
import dev.pappus.sandbox.ImagePages;
import java.util.ArrayList;
import java.util.List;

/**
 * Pages of a context that a child maps. All can be read: the processor knows no others.
 *
 * @param start address of the first
 * @param end address behind the last
 * @param writable whether the function may write them
 * @param executable whether it may execute them
 */
record MappedRange(long start, long end, boolean writable, boolean executable) {
  private static final int PROT_READ = 1;
  private static final int PROT_WRITE = 2;
  private static final int PROT_EXEC = 4;

  /** What a function's child maps, ascending: image, heap, stack. The rest is absent. */
  static List<MappedRange> of(GuestLayout layout, ElfImage image) {
    List<MappedRange> all = new ArrayList<>();
    for (ImagePages pages : ImagePages.of(image.segments())) {
      all.add(new MappedRange(pages.start(), pages.end(), pages.writable(), pages.executable()));
    }
    if (image.freeBegin() < image.freeEnd()) {
      all.add(new MappedRange(image.freeBegin(), image.freeEnd(), true, false));
    }
    if (!image.holdsStack(layout)) {
      all.add(new MappedRange(layout.stackBottom(), layout.contextBytes(), true, false));
    }
    all.sort((a, b) -> Long.compare(a.start, b.start)); // as in ElfHeaders
    List<MappedRange> ranges = new ArrayList<>();
    for (MappedRange each : all) {
      append(ranges, each.start, each.end, each.writable, each.executable);
    }
    return ranges;
  }

  /** Joins what can be joined: each range costs the child a system call. */
  private static void append(
      List<MappedRange> ranges, long start, long end, boolean writable, boolean executable) {
    MappedRange last = ranges.isEmpty() ? null : ranges.getLast();
    long from = start;
    if (last != null
        && last.end == start
        && last.writable == writable
        && last.executable == executable) {
      ranges.removeLast();
      from = last.start;
    }
    ranges.add(new MappedRange(from, end, writable, executable));
  }

  int protection() {
    return PROT_READ | (writable ? PROT_WRITE : 0) | (executable ? PROT_EXEC : 0);
  }
}
