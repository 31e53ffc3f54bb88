package dev.pappus.sandbox.kvm;

import static dev.pappus.linux.Mapping.HUGE_PAGE;
import static dev.pappus.linux.Mapping.PAGE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.pappus.sandbox.WasmMemory;
import java.lang.foreign.MemorySegment;

/**
 * The part of a root that grows with linear memory. While the processor is out, entries are added
 * where none were, which it cannot have remembered. They are taken away after the run, and the host
 * must be made to forget what it has made of them: by dropping the memory that they led to, or by
 * taking its protection away for a moment. A table that was linked once stays linked to its place.
 */
final class LinearTables {
  private final MemorySegment system;
  private final LinearPlan plan;

  /** Where the entry for each huge page of growth stands in the system slot. */
  private final long[] entries;

  /** A table in reserve for each. */
  private final long reserve;

  private long mappedBytes;

  /**
   * Manages growth.
   *
   * @param entries for each chunk that growth may use, the place of its entry in a table of level 1
   * @param reserve as many unused pages of the system slot, in one piece
   */
  LinearTables(MemorySegment system, LinearPlan plan, long[] entries, long reserve) {
    this.system = system;
    this.plan = plan;
    this.entries = entries;
    this.reserve = reserve;
    this.mappedBytes = plan.initialBytes();
  }

  /** Its current size. */
  long mappedBytes() {
    return mappedBytes;
  }

  /** Where in the heap slot growth begins. */
  long growthOffset() {
    return plan.growth().offset();
  }

  /** How much a run has added. */
  long grownBytes() {
    return mappedBytes - plan.initialBytes();
  }

  /**
   * Maps more.
   *
   * @param pages how many pages of 64 KiB are wanted besides; any number
   * @return how many there were, or -1 if there are not so many more
   */
  long grow(long pages) {
    long before = mappedBytes / WasmMemory.PAGE_BYTES;
    long most = plan.capBytes() / WasmMemory.PAGE_BYTES - before;
    if (pages < 0 || pages > most) {
      return -1;
    }
    long end = mappedBytes + pages * WasmMemory.PAGE_BYTES;
    while (mappedBytes < end) {
      mappedBytes = map(mappedBytes, Math.min(end, (mappedBytes & -HUGE_PAGE) + HUGE_PAGE));
    }
    return before;
  }

  /** Maps a piece of one chunk, and returns its end. */
  private long map(long from, long to) {
    int chunk = chunk(from);
    long entry = entries[chunk];
    // Growth is sure to be written, and wiped wholly: its pages count as written.
    long page =
        PageTables.page(Backing.HEAP.physical() + plan.offset() + from, true, true, false)
            | PageTables.DIRTY;
    if (system.get(JAVA_LONG, entry) == 0 && to - from == HUGE_PAGE) {
      system.set(JAVA_LONG, entry, page | PageTables.LARGE);
      return to;
    }
    if (system.get(JAVA_LONG, entry) == 0) {
      system.set(JAVA_LONG, entry, PageTables.table(reserve + chunk * PAGE));
    }
    long table = PageTables.offset(system.get(JAVA_LONG, entry));
    for (long at = from; at < to; at += PAGE) {
      system.set(JAVA_LONG, table + 8 * (at % HUGE_PAGE / PAGE), page + (at - from));
    }
    return to;
  }

  /** Takes all that was added away; it must be forgotten before the guest runs again. */
  void shrink() {
    for (long from = plan.initialBytes(); from < mappedBytes; ) {
      long to = Math.min(mappedBytes, (from & -HUGE_PAGE) + HUGE_PAGE);
      long entry = entries[chunk(from)];
      long value = system.get(JAVA_LONG, entry);
      if ((value & PageTables.LARGE) != 0) {
        system.set(JAVA_LONG, entry, 0);
      } else {
        long first = PageTables.offset(value) + 8 * (from % HUGE_PAGE / PAGE);
        system.asSlice(first, 8 * ((to - from) / PAGE)).fill((byte) 0);
      }
      from = to;
    }
    mappedBytes = plan.initialBytes();
  }

  private int chunk(long at) {
    return (int) (at / HUGE_PAGE - plan.initialBytes() / HUGE_PAGE);
  }
}
