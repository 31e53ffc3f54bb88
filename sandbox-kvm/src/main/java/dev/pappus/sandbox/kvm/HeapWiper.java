package dev.pappus.sandbox.kvm;

import static dev.pappus.linux.Mapping.HUGE_PAGE;
import static dev.pappus.linux.Mapping.PAGE;

import dev.pappus.sandbox.ResidentBudget;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Brings a machine's heap slot back to what its function starts with, in chunks of one huge page.
 * Chunks go back to the host after the run, save those that hold parts of the image, and those that
 * are kept because the function's history and the node's budget speak for it: these are wiped in
 * place. Notes of written pages are taken away with the chunk only. Wiping allocates nothing.
 */
final class HeapWiper {
  private static final MemorySegment ZEROES = Arena.global().allocate(PAGE, PAGE);

  private final VmMemory memory;
  private final MemorySegment heap;
  private final ResidentBudget budget;

  /** Chunks that stay as long as the function does. */
  private final boolean[] image;

  /** Chunks that are kept for the function's next run; each is charged. */
  private final boolean[] kept;

  private int keptCount;

  // Of the wipe under way.
  private final boolean[] touched;
  private final boolean[] used;
  private final boolean[] leaving;

  HeapWiper(VmMemory memory, ResidentBudget budget) {
    this.memory = memory;
    this.heap = memory.heap();
    this.budget = budget;
    int chunks = Math.toIntExact(heap.byteSize() / HUGE_PAGE);
    image = new boolean[chunks];
    kept = new boolean[chunks];
    touched = new boolean[chunks];
    used = new boolean[chunks];
    leaving = new boolean[chunks];
  }

  /** Copies what the image holds into a heap that is blank, but for what was kept for it. */
  void load(Root root, GuestCode code) {
    noteImage(code, used);
    for (int chunk = 0; chunk < used.length; chunk++) {
      if (used[chunk] && kept[chunk]) {
        kept[chunk] = false;
        keptCount--;
      } else if (used[chunk]) {
        budget.charge(HUGE_PAGE);
      }
      image[chunk] = used[chunk];
      used[chunk] = false;
    }
    code.place(Backing.HEAP, heap);
    noteKept(root);
  }

  /**
   * KVM may share what it remembers of a huge page between all tables that lead there: then it lets
   * this function write what others have written, and notes nothing.
   */
  private void noteKept(Root root) {
    for (Root.Run run : root.heap()) {
      for (int i = 0; run.large() && i < run.count(); i++) {
        if (kept[chunk(run.offset() + i * HUGE_PAGE)]) {
          root.note(run, i);
        }
      }
    }
  }

  /**
   * Makes a wiped heap blank. Chunks that the next function needs as well are kept for it, so that
   * functions that take turns on a machine do not have them made anew each time.
   *
   * @param next what is loaded next, null if nobody knows
   */
  void unload(Root root, GuestCode code, @Nullable GuestCode next) {
    if (next != null && !budget.overdrawn()) {
      noteImage(next, used);
      for (int chunk = 0; chunk < used.length; chunk++) {
        used[chunk] |= next.heapHistory().worthKeeping(chunk);
      }
    }
    for (int chunk = 0; chunk < leaving.length; chunk++) {
      leaving[chunk] = stays(chunk) && !used[chunk];
      used[chunk] = false;
    }
    clearImage(code, next);
    dropLeaving(root);
  }

  /**
   * Turns what holds parts of the image and does not leave into something that is kept: zeros, but
   * for what the next function's image overwrites.
   */
  private void clearImage(GuestCode code, @Nullable GuestCode next) {
    for (Region region : code.plan().regions()) {
      if (region.loaded() && region.backing() == Backing.HEAP) {
        long end = region.offset() + region.sizeBytes();
        for (long at = region.offset(); at < end; ) {
          long to = Math.min(end, (at & -HUGE_PAGE) + HUGE_PAGE);
          boolean filled = next != null && next.fills(Backing.HEAP, at, to);
          if (!leaving[chunk(at)] && !filled) {
            heap.asSlice(at, to - at).fill((byte) 0);
          }
          at = to;
        }
      }
    }
    for (int chunk = 0; chunk < image.length; chunk++) {
      if (image[chunk] && !leaving[chunk]) {
        image[chunk] = false;
        kept[chunk] = true;
        keptCount++;
      }
    }
  }

  private static void noteImage(GuestCode code, boolean[] chunks) {
    for (Region region : code.plan().regions()) {
      if (region.loaded() && region.backing() == Backing.HEAP) {
        long last = region.offset() + region.sizeBytes() - 1;
        Arrays.fill(chunks, chunk(region.offset()), chunk(last) + 1, true);
      }
    }
  }

  /** Gives back what was kept for the function's next run. */
  void giveBack(Root root) {
    System.arraycopy(kept, 0, leaving, 0, kept.length);
    dropLeaving(root);
  }

  /** Bytes that are kept for the function's next run. */
  long keptBytes() {
    return HUGE_PAGE * keptCount;
  }

  /**
   * Bytes of chunks that a run has touched and that are not charged.
   *
   * @param writtenEnd the host has written from the image's end to here
   */
  long unchargedBytes(Root root, long writtenEnd) {
    BitSet chunks = new BitSet(kept.length);
    for (Root.Run run : root.heap()) {
      for (int i = 0; i < run.count(); i++) {
        if (root.dirty(run, i)) {
          chunks.set(chunk(run.offset() + i * (run.large() ? HUGE_PAGE : PAGE)));
        }
      }
    }
    MemoryPlan plan = root.plan();
    for (Region region : plan.regions()) {
      long start = Math.max(plan.freeBegin(), region.start());
      long end = Math.min(writtenEnd, region.end());
      if (region.backing() == Backing.HEAP && start < end) {
        long offset = region.offset() - region.start();
        chunks.set(chunk(offset + start), chunk(offset + end - 1) + 1);
      }
    }
    LinearTables linear = root.linear();
    if (linear != null && linear.grownBytes() > 0) {
      long growth = linear.growthOffset();
      chunks.set(chunk(growth), chunk(growth + linear.grownBytes() - 1) + 1);
    }
    return HUGE_PAGE * chunks.stream().filter(chunk -> !stays(chunk)).count();
  }

  /**
   * After a run that ended as agreed.
   *
   * @param writtenEnd the host has written from the image's end to here
   * @return how many pages of the image were put back
   */
  int wipe(Root root, GuestCode code, long writtenEnd) {
    int restored = wipeNoted(root, code);
    wipeWritten(root.plan(), writtenEnd);
    LinearTables linear = root.linear();
    long growth = linear == null ? 0 : linear.growthOffset();
    long growthEnd = linear == null ? 0 : growth + linear.grownBytes();
    wipeGrowth(growth, growthEnd);
    boolean anyLeaves = decide(code.heapHistory(), root.plan());
    if (growth < growthEnd) {
      takeGrowth(Objects.requireNonNull(linear), growth, growthEnd);
    }
    if (anyLeaves) {
      dropLeaving(root);
    }
    return restored;
  }

  /** Forgets which pages near the image have ever been written; the heap is wiped. */
  void forgetImageNotes(Root root) {
    for (int chunk = 0; chunk < image.length; chunk++) {
      if (image[chunk]) {
        memory.forgetHeap(chunk * HUGE_PAGE, (chunk + 1) * HUGE_PAGE);
      }
    }
    for (Root.Run run : root.heap()) {
      for (int i = 0; i < run.count(); i++) {
        if (image[chunk(run.offset() + i * (run.large() ? HUGE_PAGE : PAGE))]) {
          root.clean(run, i);
        }
      }
    }
  }

  /** After anything else: all that the guest could have written, whatever the notes say. */
  void wipeAll(Root root, GuestCode code) {
    if (root.linear() != null) {
      root.linear().shrink();
    }
    memory.dropHeap(0, root.plan().heapBytes());
    budget.refund(keptBytes());
    Arrays.fill(kept, false);
    keptCount = 0;
    for (Root.Run run : root.heap()) {
      for (int i = 0; i < run.count(); i++) {
        root.clean(run, i);
      }
    }
    code.place(Backing.HEAP, heap);
  }

  /** Takes all charges back; the memory is about to go. */
  void writeOff() {
    for (int chunk = 0; chunk < image.length; chunk++) {
      if (stays(chunk)) {
        budget.refund(HUGE_PAGE);
      }
    }
    Arrays.fill(image, false);
    Arrays.fill(kept, false);
    keptCount = 0;
  }

  /**
   * Finds what the guest has touched, and wipes that of it which stays.
   *
   * @return pages of the image that were put back
   */
  private int wipeNoted(Root root, GuestCode code) {
    int restored = 0;
    for (Root.Run run : root.heap()) {
      Region region = root.plan().regions().get(run.region());
      long bytes = run.large() ? HUGE_PAGE : PAGE;
      for (int i = 0; i < run.count(); i++) {
        if (root.dirty(run, i)) {
          long at = run.offset() + i * bytes;
          int chunk = chunk(at);
          touched[chunk] = true;
          if (!stays(chunk)) {
            used[chunk] = true;
          } else if (!region.loaded()) {
            used[chunk] |= zero(at, bytes);
          } else {
            // The chunk holds parts of the image, so it stays whether it was used or not.
            code.place(run.region(), at - region.offset(), bytes, heap, at);
            restored++;
          }
        }
      }
    }
    return restored;
  }

  /** Overwrites pages that are not zero, and says whether there were any. */
  private boolean zero(long at, long bytes) {
    boolean found = false;
    for (long page = at; page < at + bytes; page += PAGE) {
      if (MemorySegment.mismatch(heap, page, page + PAGE, ZEROES, 0, PAGE) >= 0) {
        heap.asSlice(page, PAGE).fill((byte) 0);
        found = true;
      }
    }
    return found;
  }

  /** Inputs and tables, of which no table notes anything. */
  private void wipeWritten(MemoryPlan plan, long writtenEnd) {
    for (int i = 0; plan.freeBegin() < writtenEnd && i < plan.regions().size(); i++) {
      Region region = plan.regions().get(i);
      long end = Math.min(writtenEnd, region.end());
      if (region.backing() == Backing.HEAP) {
        for (long at = Math.max(plan.freeBegin(), region.start()); at < end; ) {
          long next = Math.min(end, (at & -HUGE_PAGE) + HUGE_PAGE);
          int chunk = chunk(at);
          touched[chunk] = true;
          used[chunk] = true;
          if (stays(chunk)) {
            heap.asSlice(at, next - at).fill((byte) 0);
          }
          at = next;
        }
      }
    }
  }

  /** Decides which chunks leave, and says whether any does. */
  private boolean decide(HeapHistory history, MemoryPlan plan) {
    boolean anyLeaves = false;
    for (int chunk = 0; chunk <= chunk(plan.heapBytes() - 1); chunk++) {
      if (!image[chunk]) {
        history.note(chunk, used[chunk]);
        if (kept[chunk] || touched[chunk]) {
          boolean keep =
              history.worthKeeping(chunk)
                  && (kept[chunk] ? !budget.overdrawn() : budget.tryCharge(HUGE_PAGE));
          if (!keep) {
            leaving[chunk] = true;
            anyLeaves = true;
          } else if (!kept[chunk]) {
            heap.asSlice(chunk * HUGE_PAGE, HUGE_PAGE).fill((byte) 0);
            kept[chunk] = true;
            keptCount++;
          }
        }
      }
      touched[chunk] = false;
      used[chunk] = false;
    }
    return anyLeaves;
  }

  /** Growth counts as touched; what of it stays is wiped now. */
  private void wipeGrowth(long from, long to) {
    for (long at = from; at < to; ) {
      long next = Math.min(to, (at & -HUGE_PAGE) + HUGE_PAGE);
      int chunk = chunk(at);
      touched[chunk] = true;
      used[chunk] |= !stays(chunk) || zero(at, next - at);
      at = next;
    }
  }

  /** Takes growth away: with the chunks that leave, and else by having its tables forgotten. */
  private void takeGrowth(LinearTables linear, long from, long to) {
    linear.shrink();
    for (long at = from; at < to; ) {
      long next = Math.min(to, (at & -HUGE_PAGE) + HUGE_PAGE);
      if (!leaving[chunk(at)]) {
        memory.forgetHeap(at, next);
      }
      at = next;
    }
  }

  private void dropLeaving(Root root) {
    int first = -1;
    for (int chunk = 0; chunk <= leaving.length; chunk++) {
      boolean leaves = chunk < leaving.length && leaving[chunk];
      if (leaves) {
        first = first < 0 ? chunk : first;
      } else if (first >= 0) {
        memory.dropHeap(first * HUGE_PAGE, chunk * HUGE_PAGE);
        first = -1;
      }
    }
    for (Root.Run run : root.heap()) {
      for (int i = 0; i < run.count(); i++) {
        if (leaving[chunk(run.offset() + i * (run.large() ? HUGE_PAGE : PAGE))]) {
          root.clean(run, i);
        }
      }
    }
    for (int chunk = 0; chunk < leaving.length; chunk++) {
      if (leaving[chunk]) {
        leaving[chunk] = false;
        if (stays(chunk)) {
          keptCount -= kept[chunk] ? 1 : 0;
          kept[chunk] = false;
          image[chunk] = false;
          budget.refund(HUGE_PAGE);
        }
      }
    }
  }

  private boolean stays(int chunk) {
    return image[chunk] || kept[chunk];
  }

  private static int chunk(long offset) {
    return (int) (offset / HUGE_PAGE);
  }
}
