package dev.pappus.sandbox.kvm;

import static dev.pappus.linux.Mapping.HUGE_PAGE;
import static dev.pappus.linux.Mapping.PAGE;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Brings a machine's memory back to what its function starts with. Hot pages are overwritten, heap
 * chunks are dropped; both only where something was written. Nothing here allocates.
 */
final class Wiper {
  private static final long HOT_PAGES = Backing.HOT_BYTES / PAGE;

  private final VmMemory memory;
  private final @Nullable MemorySegment residency;

  Wiper(VmMemory memory, WipeMethod method) {
    this.memory = memory;
    this.residency =
        switch (method) {
          case DIRTY_BITS -> null;
          case RESIDENCY -> Arena.ofAuto().allocate(HOT_PAGES);
        };
  }

  /**
   * After a run that ended as agreed.
   *
   * @param writtenEnd the host has written from the image's end to here
   * @return how many hot pages were noted as written
   */
  int wipe(Root root, GuestCode code, long writtenEnd) {
    if (residency != null) {
      memory.hotResidency(residency);
      dropAbsentHot(residency);
    }
    int hotPages = wipeHot(root, code);
    wipeWritten(root.plan(), code, writtenEnd);
    if (residency != null) {
      wipeWholeHeap(root, code);
    } else {
      wipeHeap(root, code);
    }
    return hotPages;
  }

  /** After anything else: all that the guest could have written, whatever the notes say. */
  void wipeAll(Root root, GuestCode code) {
    if (residency == null) {
      memory.hot().fill((byte) 0);
    } else {
      // What is filled is resident, and counts as written ever after.
      memory.dropHot(0, Backing.HOT_BYTES);
    }
    load(code, Backing.HOT);
    wipeWholeHeap(root, code);
  }

  /** Copies what the image holds into a machine that is blank. */
  void load(GuestCode code) {
    load(code, Backing.CODE);
    load(code, Backing.HOT);
    load(code, Backing.HEAP);
  }

  /** Copies what the image holds into hot memory that is zero. */
  void loadHot(GuestCode code) {
    load(code, Backing.HOT);
  }

  /** Makes a wiped machine blank: what the image holds goes. Code stays, out of reach. */
  void unload(GuestCode code) {
    MemoryPlan plan = code.plan();
    for (int i = 0; i < plan.regions().size(); i++) {
      Region region = plan.regions().get(i);
      if (region.loaded()) {
        switch (region.backing()) {
          case HOT -> memory.hot().asSlice(region.offset(), region.sizeBytes()).fill((byte) 0);
          case HEAP -> memory.dropHeap(region.offset(), region.offset() + region.sizeBytes());
          case CODE, SYSTEM -> {}
        }
      }
    }
  }

  private void load(GuestCode code, Backing backing) {
    MemoryPlan plan = code.plan();
    for (int i = 0; i < plan.regions().size(); i++) {
      Region region = plan.regions().get(i);
      MemorySegment pages = code.pages(i);
      if (pages != null && region.backing() == backing) {
        MemorySegment.copy(pages, 0, memory.of(backing), region.offset(), region.sizeBytes());
      }
    }
  }

  private int wipeHot(Root root, GuestCode code) {
    MemorySegment hot = memory.hot();
    int wiped = 0;
    for (Root.Run run : root.hot()) {
      MemorySegment pages = code.pages(run.region());
      long skipped = run.start() - root.plan().regions().get(run.region()).start();
      for (int i = 0; i < run.count(); i++) {
        long at = run.offset() + i * PAGE;
        if (written(root, run, i, at) || (residency != null && pages != null)) {
          wiped++;
          if (pages == null) {
            hot.asSlice(at, PAGE).fill((byte) 0);
          } else {
            MemorySegment.copy(pages, skipped + i * PAGE, hot, at, PAGE);
          }
        }
      }
    }
    return wiped;
  }

  /** Pages in swap do not count as resident, yet come back with what was written to them. */
  private void dropAbsentHot(MemorySegment resident) {
    long first = -1;
    for (long page = 0; page <= HOT_PAGES; page++) {
      boolean absent = page < HOT_PAGES && (resident.get(JAVA_BYTE, page) & 1) == 0;
      if (absent && first < 0) {
        first = page;
      } else if (!absent && first >= 0) {
        memory.dropHot(first * PAGE, (page - first) * PAGE);
        first = -1;
      }
    }
  }

  private boolean written(Root root, Root.Run run, int index, long hotOffset) {
    return residency == null
        ? root.dirty(run, index)
        : (residency.get(JAVA_BYTE, hotOffset / PAGE) & 1) != 0;
  }

  private void wipeWritten(MemoryPlan plan, GuestCode code, long writtenEnd) {
    long from = plan.imageEnd();
    for (int i = 0; from < writtenEnd && i < plan.regions().size(); i++) {
      Region region = plan.regions().get(i);
      long start = Math.max(from, region.start());
      long end = Math.min(writtenEnd, region.end());
      if (start < end) {
        if (region.backing() == Backing.HOT) {
          memory
              .hot()
              .asSlice(region.offset() + (start - region.start()), end - start)
              .fill((byte) 0);
        } else {
          memory.dropHeap(start, end);
          reload(code, start & -HUGE_PAGE, (end + HUGE_PAGE - 1) & -HUGE_PAGE);
        }
      }
    }
  }

  private void wipeHeap(Root root, GuestCode code) {
    for (Root.Run run : root.heap()) {
      if (run.large()) {
        dropChunks(root, run, code);
      } else if (anyDirty(root, run)) {
        // All of the run lies within one chunk: one table covers as much.
        long chunk = run.start() & -HUGE_PAGE;
        memory.dropHeap(chunk, chunk + HUGE_PAGE);
        cleanAll(root, run);
        reload(code, chunk, chunk + HUGE_PAGE);
      }
    }
  }

  private void dropChunks(Root root, Root.Run run, GuestCode code) {
    int first = -1;
    for (int i = 0; i <= run.count(); i++) {
      boolean dirty = i < run.count() && root.dirty(run, i);
      if (dirty && first < 0) {
        first = i;
      } else if (!dirty && first >= 0) {
        long from = run.start() + first * HUGE_PAGE;
        long to = run.start() + i * HUGE_PAGE;
        memory.dropHeap(from, to);
        for (int done = first; done < i; done++) {
          root.clean(run, done);
        }
        if (code.pages(run.region()) != null) {
          reload(code, from, to);
        }
        first = -1;
      }
    }
  }

  private void wipeWholeHeap(Root root, GuestCode code) {
    memory.dropHeap(0, root.plan().contextBytes());
    for (Root.Run run : root.heap()) {
      cleanAll(root, run);
    }
    load(code, Backing.HEAP);
  }

  /** Puts image contents back whose chunks were dropped. */
  private void reload(GuestCode code, long from, long to) {
    MemoryPlan plan = code.plan();
    for (int i = 0; i < plan.regions().size(); i++) {
      Region region = plan.regions().get(i);
      MemorySegment pages = code.pages(i);
      long start = Math.max(from, region.start());
      long end = Math.min(to, region.end());
      if (pages != null && region.backing() == Backing.HEAP && start < end) {
        MemorySegment.copy(pages, start - region.start(), memory.heap(), start, end - start);
      }
    }
  }

  private static boolean anyDirty(Root root, Root.Run run) {
    for (int i = 0; i < run.count(); i++) {
      if (root.dirty(run, i)) {
        return true;
      }
    }
    return false;
  }

  private static void cleanAll(Root root, Root.Run run) {
    for (int i = 0; i < run.count(); i++) {
      root.clean(run, i);
    }
  }
}
