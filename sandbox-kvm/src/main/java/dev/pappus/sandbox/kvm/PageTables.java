package dev.pappus.sandbox.kvm;

import static dev.pappus.linux.Mapping.HUGE_PAGE;
import static dev.pappus.linux.Mapping.PAGE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Builds a machine's page tables in its system slot. Pages are dealt out once and never reused: a
 * processor may remember what it has seen in one.
 */
final class PageTables {
  /** The processor has written the page. */
  static final long DIRTY = 0x40;

  private static final long PRESENT = 1;
  private static final long WRITABLE = 2;
  private static final long USER = 4;
  private static final long ACCESSED = 0x20;

  /** The entry is that of a page though it stands where a table could be. */
  static final long LARGE = 0x80;

  private static final long NO_EXECUTE = 1L << 63;
  private static final long ADDRESS = 0x000F_FFFF_FFFF_F000L;
  private static final int LEVEL_TOP = 3;

  private final MemorySegment system;
  private long next = SystemPages.FIRST_FREE_PAGE * PAGE;

  PageTables(MemorySegment system) {
    this.system = system;
  }

  /** An entry that points to a table, which stands at {@code offset} in the system memory. */
  static long table(long offset) {
    return Backing.SYSTEM.physical() + offset | PRESENT | WRITABLE | USER | ACCESSED;
  }

  /** An entry for a 4 KiB page. Supervisor pages count as written from the start. */
  static long page(long physical, boolean user, boolean writable, boolean executable) {
    return physical
        | PRESENT
        | ACCESSED
        | (user ? USER : DIRTY)
        | (writable ? WRITABLE : 0)
        | (executable ? 0 : NO_EXECUTE);
  }

  /** Where in the system memory the table stands that an entry points to. */
  static long offset(long entry) {
    return (entry & ADDRESS) - Backing.SYSTEM.physical();
  }

  /** Tables for {@code plan}, or null if no room is left for them. */
  @Nullable Root build(MemoryPlan plan) {
    long mark = next;
    long top = allocate();
    List<Root.Run> runs = new ArrayList<>();
    boolean complete = top != 0;
    if (complete) {
      system.set(JAVA_LONG, top + 8L * SystemPages.topIndex(), SystemPages.topEntry());
      for (int i = 0; complete && i < plan.regions().size(); i++) {
        complete = map(top, plan, i, runs);
      }
    }
    LinearTables linear = null;
    if (complete && plan.linear() != null) {
      linear = prepareGrowth(top, plan.linear());
      complete = linear != null;
    }
    if (!complete) {
      // Nothing ran on these pages yet, so they may be dealt out again.
      system.asSlice(mark, next - mark).fill((byte) 0);
      next = mark;
      return null;
    }
    for (MemoryPlan.Range range : plan.presets()) {
      for (long at = range.start(); at < range.end(); at += PAGE) {
        long entry = entryFor(top, at, 0);
        system.set(JAVA_LONG, entry, system.get(JAVA_LONG, entry) | DIRTY);
      }
    }
    return new Root(top, plan, runs, linear, system);
  }

  /** Everything that growth will need, so that it cannot fail for want of tables. */
  private @Nullable LinearTables prepareGrowth(long top, LinearPlan plan) {
    long[] entries = new long[plan.growthChunks()];
    long first = plan.base() + (plan.initialBytes() & -HUGE_PAGE);
    for (int i = 0; i < entries.length; i++) {
      entries[i] = entryFor(top, first + i * HUGE_PAGE, 1);
      if (entries[i] == 0) {
        return null;
      }
    }
    long reserve = next;
    if (entries.length * PAGE > system.byteSize() - next) {
      return null;
    }
    next += entries.length * PAGE;
    return new LinearTables(system, plan, entries, reserve);
  }

  private long allocate() {
    if (next + PAGE > system.byteSize()) {
      return 0;
    }
    long page = next;
    next += PAGE;
    return page;
  }

  private boolean map(long top, MemoryPlan plan, int index, List<Root.Run> runs) {
    Region region = plan.regions().get(index);
    long physical = region.backing().physical() + region.offset();
    long at = region.start();
    while (at < region.end()) {
      long target = physical + (at - region.start());
      boolean large =
          region.backing() == Backing.HEAP
              && !region.fine()
              && at % HUGE_PAGE == 0
              && region.end() - at >= HUGE_PAGE;
      long entry = entryFor(top, at, large ? 1 : 0);
      if (entry == 0) {
        return false;
      }
      // All entries of the region in this table, so that they can be scanned in one go.
      int room = (int) ((PAGE - entry % PAGE) / 8);
      long step = large ? HUGE_PAGE : PAGE;
      int count = (int) Math.min(room, (region.end() - at) / step);
      long value = page(target, true, region.writable(), region.executable()) | (large ? LARGE : 0);
      for (int i = 0; i < count; i++) {
        system.set(JAVA_LONG, entry + 8L * i, value);
        value += step;
      }
      if (region.writable()) {
        runs.add(
            new Root.Run(index, entry, count, at, region.offset() + (at - region.start()), large));
      }
      at += count * step;
    }
    return true;
  }

  /**
   * Where the entry for {@code address} stands in a table of {@code level}, 0 if there is no room.
   */
  private long entryFor(long top, long address, int level) {
    long table = top;
    for (int above = LEVEL_TOP; above > level; above--) {
      long entry = table + 8 * index(address, above);
      long value = system.get(JAVA_LONG, entry);
      if (value == 0) {
        long fresh = allocate();
        if (fresh == 0) {
          return 0;
        }
        value = table(fresh);
        system.set(JAVA_LONG, entry, value);
      }
      table = offset(value);
    }
    return table + 8 * index(address, level);
  }

  private static long index(long address, int level) {
    return (address >>> (12 + 9 * level)) & 511;
  }
}
