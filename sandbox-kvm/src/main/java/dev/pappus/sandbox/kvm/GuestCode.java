package dev.pappus.sandbox.kvm;

import static dev.pappus.linux.Mapping.HUGE_PAGE;
import static dev.pappus.linux.Mapping.PAGE;

import dev.pappus.sandbox.ElfImage;
import dev.pappus.sandbox.GuestLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A function as a machine takes it: its plan and the pages that its image fills, immutable; and
 * what its runs have needed of the heap.
 */
final class GuestCode {
  private final MemoryPlan plan;
  private final long entry;
  private final long stackPointer;
  private final long syscallAddress;
  private final @Nullable MemorySegment[] pages;
  private final @Nullable SharedPages shared;
  private final long residentBytes;
  private final HeapHistory heapHistory;

  private GuestCode(GuestLayout layout, ElfImage image) {
    plan = MemoryPlan.of(layout, image);
    entry = image.entry();
    stackPointer = layout.entryStackPointer();
    syscallAddress = image.libos() == null ? 0 : image.libos().syscall();
    pages = new MemorySegment[plan.regions().size()];
    shared = plan.sharedBytes() == 0 ? null : new SharedPages(plan.sharedBytes());
    long total = 0;
    for (int i = 0; i < pages.length; i++) {
      Region region = plan.regions().get(i);
      if (region.loaded()) {
        MemorySegment memory =
            region.backing() == Backing.SHARED
                ? Objects.requireNonNull(shared)
                    .memory()
                    .asSlice(region.offset(), region.sizeBytes())
                : Arena.ofAuto().allocate(region.sizeBytes(), PAGE);
        fill(memory, region, image.segments());
        pages[i] = memory;
        total += region.sizeBytes();
      }
    }
    residentBytes = total;
    heapHistory = new HeapHistory(Math.toIntExact((plan.heapBytes() + HUGE_PAGE - 1) / HUGE_PAGE));
  }

  /** Prepares an image that has been checked against {@code layout}. */
  static GuestCode of(GuestLayout layout, ElfImage image) {
    return new GuestCode(layout, image);
  }

  private static void fill(MemorySegment content, Region region, List<ElfImage.Segment> segments) {
    for (ElfImage.Segment segment : segments) {
      long from = Math.max(region.start(), segment.address());
      long to = Math.min(region.end(), segment.address() + segment.bytes().byteSize());
      if (from < to) {
        MemorySegment.copy(
            segment.bytes(), from - segment.address(), content, from - region.start(), to - from);
      }
    }
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

  /** Where its system calls arrive; 0 if it may make none. */
  long syscallAddress() {
    return syscallAddress;
  }

  /** What a region holds at first, null if it is zero. */
  @Nullable MemorySegment pages(int region) {
    return pages[region];
  }

  /** What its machines share, or null. */
  @Nullable SharedPages shared() {
    return shared;
  }

  long residentBytes() {
    return residentBytes;
  }

  HeapHistory heapHistory() {
    return heapHistory;
  }
}
