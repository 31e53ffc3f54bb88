package dev.pappus.sandbox.kvm;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.pappus.linux.Mapping;
import dev.pappus.sandbox.PageRange;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The page tables of one plan in one machine, and where in them the processor notes which pages the
 * guest has written. The notes are sticky: set means "written since these tables were made, or
 * since the note was taken away together with the page".
 */
final class Root {
  /**
   * Consecutive table entries for consecutive writable pages of one region.
   *
   * @param region index of the region in the plan
   * @param entries offset of the first entry in the system slot
   * @param count number of entries
   * @param start guest address of the first page
   * @param offset offset of the first page in its backing
   * @param large whether the pages are of 2 MiB
   */
  record Run(int region, long entries, int count, long start, long offset, boolean large) {}

  private final long top;
  private final MemoryPlan plan;
  private final MemorySegment system;
  private final Run[] hot;
  private final Run[] heap;
  private final @Nullable LinearTables linear;

  Root(
      long top,
      MemoryPlan plan,
      List<Run> runs,
      @Nullable LinearTables linear,
      MemorySegment system) {
    this.top = top;
    this.plan = plan;
    this.linear = linear;
    this.system = system;
    this.hot = select(plan, runs, Backing.HOT);
    this.heap = select(plan, runs, Backing.HEAP);
  }

  private static Run[] select(MemoryPlan plan, List<Run> runs, Backing backing) {
    return runs.stream()
        .filter(run -> plan.regions().get(run.region()).backing() == backing)
        .toArray(Run[]::new);
  }

  /** What CR3 must hold. */
  long address() {
    return Backing.SYSTEM.physical() + top;
  }

  MemoryPlan plan() {
    return plan;
  }

  /** The growing part, null if there is none. */
  @Nullable LinearTables linear() {
    return linear;
  }

  /** Writable runs in {@link Backing#HOT}. */
  Run[] hot() {
    return hot;
  }

  /** Writable runs in {@link Backing#HEAP}. */
  Run[] heap() {
    return heap;
  }

  boolean dirty(Run run, int index) {
    return (system.get(JAVA_LONG, run.entries() + 8L * index) & PageTables.DIRTY) != 0;
  }

  /**
   * Writable pages that may hold something else than zeros, ascending.
   *
   * @param notesCount whether the notes tell; else all of them may
   * @param hostEnd the host has written from the beginning of free memory to here
   */
  List<PageRange> written(boolean notesCount, long hostEnd) {
    List<PageRange> found = new ArrayList<>();
    for (Run[] runs : List.of(hot, heap)) {
      for (Run run : runs) {
        boolean loaded = plan.regions().get(run.region()).loaded();
        long bytes = run.large() ? Mapping.HUGE_PAGE : Mapping.PAGE;
        for (int i = 0; i < run.count(); i++) {
          long at = run.start() + i * bytes;
          boolean byHost = at < hostEnd && at + bytes > plan.freeBegin();
          if (loaded || byHost || !notesCount || dirty(run, i)) {
            found.add(new PageRange(at, at + bytes));
          }
        }
      }
    }
    return PageRange.joined(found);
  }

  /** Takes the note away; only together with having the page dropped or forgotten. */
  void clean(Run run, int index) {
    long entry = run.entries() + 8L * index;
    system.set(JAVA_LONG, entry, system.get(JAVA_LONG, entry) & ~PageTables.DIRTY);
  }

  /** Takes all notes on hot pages away, save those that are there from the start. */
  void cleanHot() {
    for (Run run : hot) {
      for (int i = 0; i < run.count(); i++) {
        if (!plan.preset(run.start() + i * Mapping.PAGE)) {
          clean(run, i);
        }
      }
    }
  }

  /** Notes that the host has written a page, so that it is wiped like any other. */
  void mark(long guestAddress) {
    if (!mark(hot, guestAddress)) {
      mark(heap, guestAddress);
    }
  }

  private boolean mark(Run[] runs, long guestAddress) {
    for (Run run : runs) {
      long distance = guestAddress - run.start();
      long index = distance >> (run.large() ? 21 : 12);
      if (distance >= 0 && index < run.count()) {
        note(run, (int) index);
        return true;
      }
    }
    return false;
  }

  /** Notes that a page may have been written. */
  void note(Run run, int index) {
    long entry = run.entries() + 8L * index;
    system.set(JAVA_LONG, entry, system.get(JAVA_LONG, entry) | PageTables.DIRTY);
  }
}
