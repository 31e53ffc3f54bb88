package dev.pappus.sandbox.kvm;

import static dev.pappus.linux.Mapping.HUGE_PAGE;
import static dev.pappus.linux.Mapping.PAGE;

import dev.pappus.linux.KvmVm;
import dev.pappus.linux.LinuxException;
import dev.pappus.linux.Mapping;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** A machine's four slots as this process sees them. */
final class VmMemory implements AutoCloseable {
  /** Room for some twenty functions' tables, there from the start. */
  static final long TABLES_AT_HAND_BYTES = 512 << 10;

  private final Mapping system;
  private final Mapping code;
  private final Mapping hot;
  private final Mapping heap;

  /** Takes memory for a machine whose contexts have at most {@code heapBytes}. */
  VmMemory(long heapBytes, WipeMethod wipeMethod) {
    List<Mapping> taken = new ArrayList<>();
    boolean complete = false;
    try {
      system = take(taken, Backing.systemBytes(heapBytes), PAGE);
      code = take(taken, Backing.CODE_BYTES, PAGE);
      hot = take(taken, Backing.HOT_BYTES, HUGE_PAGE);
      heap = take(taken, heapBytes, HUGE_PAGE);
      prefer(system, 0, TABLES_AT_HAND_BYTES, Mapping.Advice.POPULATE_WRITE);
      prefer(heap, Mapping.Advice.HUGE_PAGE);
      switch (wipeMethod) {
        case DIRTY_BITS -> {
          prefer(hot, Mapping.Advice.HUGE_PAGE);
          prefer(hot, Mapping.Advice.POPULATE_WRITE);
        }
        // Residency must say what was touched, so no page may come along with another.
        case RESIDENCY -> prefer(hot, Mapping.Advice.NO_HUGE_PAGE);
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
  private static void prefer(Mapping mapping, Mapping.Advice advice) {
    prefer(mapping, 0, mapping.sizeBytes(), advice);
  }

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
    vm.setMemory(0, system, Backing.SYSTEM.physical(), false);
    vm.setMemory(1, code, Backing.CODE.physical(), true);
    vm.setMemory(2, hot, Backing.HOT.physical(), false);
    vm.setMemory(3, heap, Backing.HEAP.physical(), false);
  }

  MemorySegment system() {
    return system.segment();
  }

  MemorySegment code() {
    return code.segment();
  }

  MemorySegment hot() {
    return hot.segment();
  }

  MemorySegment heap() {
    return heap.segment();
  }

  /** The memory of a region's backing. */
  MemorySegment of(Backing backing) {
    return switch (backing) {
      case SYSTEM -> system.segment();
      case CODE -> code.segment();
      case HOT -> hot.segment();
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
    hot.advise(offset, bytes, Mapping.Advice.DONT_NEED);
  }

  /** Drops all hot memory and takes it again. */
  void renewHot() {
    dropHot(0, hot.sizeBytes());
    prefer(hot, Mapping.Advice.POPULATE_WRITE);
  }

  /** Which hot pages are resident, one byte each. */
  void hotResidency(MemorySegment vector) {
    hot.resident(0, hot.sizeBytes(), vector);
  }

  @Override
  public void close() {
    heap.close();
    hot.close();
    code.close();
    system.close();
  }
}
