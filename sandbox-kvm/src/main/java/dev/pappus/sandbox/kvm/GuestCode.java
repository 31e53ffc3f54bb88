package dev.pappus.sandbox.kvm;

import static dev.pappus.linux.Mapping.HUGE_PAGE;

import dev.pappus.sandbox.ElfImage;
import dev.pappus.sandbox.GuestLayout;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A function as a machine takes it: its plan and where which bytes of its image go, immutable; and
 * what its runs have needed of the heap. The bytes are those that the image holds, not a copy.
 */
final class GuestCode {
  private final MemoryPlan plan;
  private final long entry;
  private final long stackPointer;
  private final long syscallAddress;

  /** Of each region. */
  private final List<List<Piece>> pieces;

  private final @Nullable SharedPages shared;
  private final HeapHistory heapHistory;

  /**
   * Bytes of an image.
   *
   * @param start how far behind the beginning of their region they begin
   */
  private record Piece(long start, MemorySegment bytes) {
    long end() {
      return start + bytes.byteSize();
    }
  }

  private GuestCode(GuestLayout layout, ElfImage image) {
    plan = MemoryPlan.of(layout, image);
    entry = image.entry();
    stackPointer = layout.entryStackPointer();
    syscallAddress = image.libos() == null ? 0 : image.libos().syscall();
    pieces = plan.regions().stream().map(region -> pieces(region, image.segments())).toList();
    shared = plan.sharedBytes() == 0 ? null : new SharedPages(plan.sharedBytes());
    if (shared != null) {
      place(Backing.SHARED, shared.memory());
    }
    heapHistory = new HeapHistory(Math.toIntExact((plan.heapBytes() + HUGE_PAGE - 1) / HUGE_PAGE));
  }

  /** Prepares an image that has been checked against {@code layout}. */
  static GuestCode of(GuestLayout layout, ElfImage image) {
    return new GuestCode(layout, image);
  }

  private static List<Piece> pieces(Region region, List<ElfImage.Segment> segments) {
    if (!region.loaded()) {
      return List.of();
    }
    List<Piece> found = new ArrayList<>();
    for (ElfImage.Segment segment : segments) {
      long from = Math.max(region.start(), segment.address());
      long to = Math.min(region.end(), segment.address() + segment.bytes().byteSize());
      if (from < to) {
        MemorySegment bytes = segment.bytes().asSlice(from - segment.address(), to - from);
        found.add(new Piece(from - region.start(), bytes));
      }
    }
    return List.copyOf(found);
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

  /**
   * Writes what the image holds in one kind of memory, which is all that the regions there hold.
   */
  void place(Backing backing, MemorySegment memory) {
    for (int i = 0; i < pieces.size(); i++) {
      Region region = plan.regions().get(i);
      if (region.loaded() && region.backing() == backing) {
        place(i, 0, region.sizeBytes(), memory, region.offset());
      }
    }
  }

  /**
   * Writes what part of a region holds at first.
   *
   * @param from how far behind the region's beginning it begins
   * @param at where in {@code memory} it goes
   */
  void place(int region, long from, long bytes, MemorySegment memory, long at) {
    List<Piece> all = pieces.get(region);
    long end = from + bytes;
    long done = from;
    for (int i = 0; i < all.size() && done < end; i++) {
      Piece piece = all.get(i);
      long start = Math.max(done, piece.start());
      long stop = Math.min(end, piece.end());
      if (start < stop) {
        zero(memory, at + (done - from), start - done);
        MemorySegment.copy(
            piece.bytes(), start - piece.start(), memory, at + (start - from), stop - start);
        done = stop;
      }
    }
    zero(memory, at + (done - from), end - done);
  }

  private static void zero(MemorySegment memory, long at, long bytes) {
    if (bytes > 0) {
      memory.asSlice(at, bytes).fill((byte) 0);
    }
  }

  /** Whether placing the image overwrites all from one offset to another. */
  boolean fills(Backing backing, long from, long to) {
    for (Region region : plan.regions()) {
      if (region.loaded()
          && region.backing() == backing
          && region.offset() <= from
          && to <= region.offset() + region.sizeBytes()) {
        return true;
      }
    }
    return false;
  }

  /** What its machines share, or null. */
  @Nullable SharedPages shared() {
    return shared;
  }

  /** What it occupies besides its image. */
  long residentBytes() {
    return shared == null ? 0 : shared.memory().byteSize();
  }

  HeapHistory heapHistory() {
    return heapHistory;
  }
}
