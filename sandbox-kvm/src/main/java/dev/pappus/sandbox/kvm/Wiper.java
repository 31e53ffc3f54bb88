package dev.pappus.sandbox.kvm;

import static dev.pappus.linux.Mapping.PAGE;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Brings a machine's memory back to what its function starts with. Hot pages are overwritten where
 * something was written; of the heap see {@link HeapWiper}. Nothing here allocates.
 */
final class Wiper {
  private static final long HOT_PAGES = Backing.HOT_BYTES / PAGE;

  private final VmMemory memory;
  private final HeapWiper heap;
  private final @Nullable MemorySegment residency;

  Wiper(VmMemory memory, HeapWiper heap, WipeMethod method) {
    this.memory = memory;
    this.heap = heap;
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
   * @return how many hot pages were noted as written, and pages of the image elsewhere
   */
  int wipe(Root root, GuestCode code, long writtenEnd) {
    if (residency != null) {
      memory.hotResidency(residency);
      dropAbsentHot(residency);
    }
    int pages = wipeHot(root, code);
    wipeWritten(root.plan(), writtenEnd);
    if (residency != null) {
      heap.wipeAll(root, code);
    } else {
      pages += heap.wipe(root, code, writtenEnd);
    }
    return pages;
  }

  /** After anything else: all that the guest could have written, whatever the notes say. */
  void wipeAll(Root root, GuestCode code) {
    if (residency == null) {
      memory.hot().fill((byte) 0);
    } else {
      // What is filled is resident, and counts as written ever after.
      memory.dropHot(0, Backing.HOT_BYTES);
    }
    code.place(Backing.HOT, memory.hot());
    heap.wipeAll(root, code);
  }

  /** Copies what the image holds into a machine that is blank. */
  void load(Root root, GuestCode code) {
    code.place(Backing.CODE, memory.code());
    code.place(Backing.HOT, memory.hot());
    heap.load(root, code);
  }

  /**
   * Makes a wiped machine blank: what the image holds goes. Code stays, out of reach.
   *
   * @param next what is loaded next, null if nobody knows
   */
  void unload(Root root, GuestCode code, @Nullable GuestCode next) {
    MemoryPlan plan = code.plan();
    for (int i = 0; i < plan.regions().size(); i++) {
      Region region = plan.regions().get(i);
      long end = region.offset() + region.sizeBytes();
      boolean filled = next != null && next.fills(Backing.HOT, region.offset(), end);
      if (region.loaded() && region.backing() == Backing.HOT && !filled) {
        memory.hot().asSlice(region.offset(), region.sizeBytes()).fill((byte) 0);
      }
    }
    heap.unload(root, code, next);
  }

  private int wipeHot(Root root, GuestCode code) {
    MemorySegment hot = memory.hot();
    int wiped = 0;
    for (Root.Run run : root.hot()) {
      Region region = root.plan().regions().get(run.region());
      for (int i = 0; i < run.count(); i++) {
        long at = run.offset() + i * PAGE;
        if (written(root, run, i, at) || (residency != null && region.loaded())) {
          wiped++;
          if (region.loaded()) {
            code.place(run.region(), at - region.offset(), PAGE, hot, at);
          } else {
            hot.asSlice(at, PAGE).fill((byte) 0);
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

  private void wipeWritten(MemoryPlan plan, long writtenEnd) {
    for (int i = 0; plan.freeBegin() < writtenEnd && i < plan.regions().size(); i++) {
      Region region = plan.regions().get(i);
      long start = Math.max(plan.freeBegin(), region.start());
      long end = Math.min(writtenEnd, region.end());
      if (region.backing() == Backing.HOT && start < end) {
        memory
            .hot()
            .asSlice(region.offset() + (start - region.start()), end - start)
            .fill((byte) 0);
      }
    }
  }
}
