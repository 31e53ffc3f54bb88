package dev.pappus.sandbox;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Whole pages of an image that have the same rights. Segments that share a page get the union.
 *
 * @param start address of the first
 * @param end address behind the last
 * @param writable whether they may be written
 * @param executable whether they may be executed
 * @param loaded whether the file says what they hold; else they are zero
 */
public record ImagePages(
    long start, long end, boolean writable, boolean executable, boolean loaded) {
  /** The pages of an image, ascending; what lies between is not mapped. */
  public static List<ImagePages> of(List<ElfImage.Segment> segments) {
    TreeSet<Long> cuts = new TreeSet<>();
    for (ElfImage.Segment segment : segments) {
      if (segment.memoryBytes() > 0) {
        cuts.add(floor(segment.address()));
        cuts.add(GuestLayout.pageCeiling(segment.address() + segment.bytes().byteSize()));
        cuts.add(GuestLayout.pageCeiling(segment.endAddress()));
        // A page that a segment begins or ends within may be shared with its neighbour.
        cuts.add(GuestLayout.pageCeiling(segment.address()));
        cuts.add(floor(segment.endAddress()));
      }
    }
    List<ImagePages> runs = new ArrayList<>();
    Long previous = null;
    for (Long cut : cuts) {
      if (previous != null) {
        append(runs, segments, previous, cut);
      }
      previous = cut;
    }
    return runs;
  }

  private static void append(
      List<ImagePages> runs, List<ElfImage.Segment> segments, long start, long end) {
    boolean mapped = false;
    boolean writable = false;
    boolean executable = false;
    boolean loaded = false;
    for (ElfImage.Segment segment : segments) {
      if (segment.memoryBytes() > 0 && segment.address() < end && segment.endAddress() > start) {
        mapped = true;
        writable |= segment.writable();
        executable |= segment.executable();
        long bytes = segment.bytes().byteSize();
        loaded |= bytes > 0 && segment.address() + bytes > start;
      }
    }
    if (!mapped) {
      return;
    }
    ImagePages last = runs.isEmpty() ? null : runs.getLast();
    if (last != null
        && last.end == start
        && last.writable == writable
        && last.executable == executable
        && last.loaded == loaded) {
      runs.removeLast();
      runs.add(new ImagePages(last.start, end, writable, executable, loaded));
    } else {
      runs.add(new ImagePages(start, end, writable, executable, loaded));
    }
  }

  private static long floor(long address) {
    return address & -GuestLayout.PAGE_BYTES;
  }
}
