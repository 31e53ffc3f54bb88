package dev.pappus.sandbox.kvm;

import static dev.pappus.linux.Mapping.HUGE_PAGE;
import static dev.pappus.linux.Mapping.PAGE;

import dev.pappus.sandbox.ElfImage;
import dev.pappus.sandbox.GuestLayout;
import dev.pappus.sandbox.WasmMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A function as a machine takes it: its plan and the pages that its image fills, immutable; and
 * what its runs have needed of the heap.
 */
final class GuestCode {
  private final MemoryPlan plan;
  private final long entry;
  private final long stackPointer;
  private final @Nullable MemorySegment[] pages;
  private final long residentBytes;
  private final HeapHistory heapHistory;

  private GuestCode(
      MemoryPlan plan, long entry, long stackPointer, List<ElfImage.Segment> segments) {
    this.plan = plan;
    this.entry = entry;
    this.stackPointer = stackPointer;
    this.pages = new MemorySegment[plan.regions().size()];
    long total = 0;
    for (int i = 0; i < pages.length; i++) {
      Region region = plan.regions().get(i);
      if (region.loaded()) {
        pages[i] = content(region, segments);
        total += region.sizeBytes();
      }
    }
    residentBytes = total;
    heapHistory = new HeapHistory(Math.toIntExact((plan.heapBytes() + HUGE_PAGE - 1) / HUGE_PAGE));
  }

  /**
   * Prepares an image.
   *
   * @param segments checked against {@code layout}: ascending, disjoint, inside of page 0 and heap
   *     end
   * @param wasm a linear memory that has room, or null
   */
  static GuestCode of(
      GuestLayout layout, long entry, List<ElfImage.Segment> segments, @Nullable WasmMemory wasm) {
    return new GuestCode(
        MemoryPlan.of(layout, segments, wasm), entry, layout.entryStackPointer(), segments);
  }

  private static MemorySegment content(Region region, List<ElfImage.Segment> segments) {
    MemorySegment content = Arena.ofAuto().allocate(region.sizeBytes(), PAGE);
    for (ElfImage.Segment segment : segments) {
      long from = Math.max(region.start(), segment.address());
      long to = Math.min(region.end(), segment.address() + segment.bytes().byteSize());
      if (from < to) {
        MemorySegment.copy(
            segment.bytes(), from - segment.address(), content, from - region.start(), to - from);
      }
    }
    return content;
  }

  MemoryPlan plan() {
    return plan;
  }

  long entry() {
    return entry;
  }

  long stackPointer() {
    return stackPointer;
  }

  /** What a region holds at first, null if it is zero. */
  @Nullable MemorySegment pages(int region) {
    return pages[region];
  }

  long residentBytes() {
    return residentBytes;
  }

  HeapHistory heapHistory() {
    return heapHistory;
  }
}
