package dev.pappus.sandbox.kvm;

import static dev.pappus.linux.Mapping.HUGE_PAGE;
import static dev.pappus.linux.Mapping.PAGE;

import dev.pappus.linux.KvmVm;
import dev.pappus.linux.LinuxException;
import dev.pappus.linux.Mapping;
import dev.pappus.sandbox.ResidentBudget;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A machine's slots as this process sees them. One huge page, there from the start, holds what
 * every machine needs: hot memory, and the first page tables behind it.
 */
final class VmMemory implements AutoCloseable {
  private static final int SHARED_SLOT = 3;

  private final Mapping hotAndSystem;
  private final MemorySegment hot;
  private final MemorySegment system;
  private final Mapping code;
  private final Mapping heap;
  private @Nullable SharedPages shared;
  private boolean sharedWrittenOff;

  /** Takes memory for a machine whose contexts have at most {@code heapBytes}. */
  VmMemory(long heapBytes, WipeMethod wipeMethod) {
    List<Mapping> taken = new ArrayList<>();
    boolean complete = false;
    try {
      hotAndSystem = take(taken, Backing.HOT_BYTES + Backing.systemBytes(heapBytes), HUGE_PAGE);
      hot = hotAndSystem.segment().asSlice(0, Backing.HOT_BYTES);
      system = hotAndSystem.segment().asSlice(Backing.HOT_BYTES);
      code = take(taken, Backing.CODE_BYTES, PAGE);
      heap = take(taken, heapBytes, HUGE_PAGE);
      prefer(heap, 0, heapBytes, Mapping.Advice.HUGE_PAGE);
      switch (wipeMethod) {
        case DIRTY_BITS -> {
          prefer(hotAndSystem, 0, HUGE_PAGE, Mapping.Advice.HUGE_PAGE);
          prefer(hotAndSystem, 0, HUGE_PAGE, Mapping.Advice.POPULATE_WRITE);
        }
        // Residency must say what was touched, so no page may come along with another.
        case RESIDENCY -> {
          prefer(hotAndSystem, 0, HUGE_PAGE, Mapping.Advice.NO_HUGE_PAGE);
          prefer(
              hotAndSystem,
              Backing.HOT_BYTES,
              Backing.TABLES_AT_HAND_BYTES,
              Mapping.Advice.POPULATE_WRITE);
        }
      }
      complete = true;
    } finally {
      if (!complete) {
        taken.forEach(Mapping::close);
      }
    }
  }

  private static Mapping take(List<Mapping> taken, long bytes, long alignment) {
    Mapping mapping = Mapping.anonymous(bytes, alignment);
    taken.add(mapping);
    return mapping;
  }

  // Huge pages and early population are about speed; a kernel without them serves as well.
  private static void prefer(Mapping mapping, long offset, long bytes, Mapping.Advice advice) {
    try {
      mapping.advise(offset, bytes, advice);
    } catch (LinuxException e) {
      if (e.errno() == dev.pappus.linux.Errno.ENOMEM) {
        throw e;
      }
    }
  }

  /** Shows the slots to a new machine. */
  void attach(KvmVm vm) {
    vm.setMemory(0, hotAndSystem.segment(), Backing.HOT.physical(), false);
    vm.setMemory(1, code.segment(), Backing.CODE.physical(), true);
    vm.setMemory(2, heap.segment(), Backing.HEAP.physical(), false);
  }

  /**
   * Shows pages that machines share, in place of those that it has shown before. They stay
   * reachable from here until the machine has let go of them: what came in their place must not be
   * seen.
   *
   * @param pages null for none
   */
  void share(KvmVm vm, @Nullable SharedPages pages, ResidentBudget budget) {
    if (pages == shared) {
      return;
    }
    SharedPages before = shared;
    if (before != null) {
      vm.removeMemory(SHARED_SLOT);
      shared = null;
      before.detach(budget);
    }
    if (pages != null) {
      vm.setMemory(SHARED_SLOT, pages.memory(), Backing.SHARED.physical(), true);
      shared = pages;
      pages.attach(budget);
    }
  }

  /** Takes the charge for shared pages back; the machine is about to go. */
  void writeOffShared(ResidentBudget budget) {
    if (shared != null && !sharedWrittenOff) {
      sharedWrittenOff = true;
      shared.detach(budget);
    }
  }

  MemorySegment system() {
    return system;
  }

  MemorySegment code() {
    return code.segment();
  }

  MemorySegment hot() {
    return hot;
  }

  MemorySegment heap() {
    return heap.segment();
  }

  /** The memory of a region's backing. */
  MemorySegment of(Backing backing) {
    return switch (backing) {
      case SYSTEM -> system;
      case CODE -> code.segment();
      case SHARED -> Objects.requireNonNull(shared).memory().asReadOnly();
      case HOT -> hot;
      case HEAP -> heap.segment();
    };
  }

  /** Drops heap memory; it reads zero afterwards. Whole huge pages only. */
  void dropHeap(long from, long to) {
    long start = from & -HUGE_PAGE;
    long end = Math.min(heap.sizeBytes(), (to + HUGE_PAGE - 1) & -HUGE_PAGE);
    heap.advise(start, end - start, Mapping.Advice.DONT_NEED);
  }

  /** Makes the machine forget what its tables said of heap memory, which stays. Whole pages. */
  void forgetHeap(long from, long to) {
    heap.forget(from, to - from);
  }

  /** Drops hot memory, in swap too; it reads zero afterwards. Whole pages. */
  void dropHot(long offset, long bytes) {
    hotAndSystem.advise(offset, bytes, Mapping.Advice.DONT_NEED);
  }

  /**
   * Makes the machine forget what its tables said of hot memory, which stays. The whole huge page,
   * lest the kernel take it apart.
   */
  void forgetHot() {
    hotAndSystem.forget(0, HUGE_PAGE);
  }

  /** Which hot pages are resident, one byte each. */
  void hotResidency(MemorySegment vector) {
    hotAndSystem.resident(0, Backing.HOT_BYTES, vector);
  }

  @Override
  public void close() {
    heap.close();
    code.close();
    hotAndSystem.close();
  }
}
