package dev.pappus.sandbox.kvm;

import static dev.pappus.linux.Mapping.HUGE_PAGE;
import static dev.pappus.linux.Mapping.PAGE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pappus.sandbox.ElfImage;
import dev.pappus.sandbox.GuestLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Plans and page tables against a page-by-page account of what an image asks for. */
class MemoryPlanTest {
  private static final long SEED = Long.getLong("pappus.seed", 20261122L);
  private static final long[] CONTEXTS = {
    64 << 10, 1 << 20, 3 << 20, 33 << 20, 128 << 20, (1L << 30) + (5 << 12), 4L << 30
  };

  private final Random random = new Random(SEED);

  private record Shape(GuestLayout layout, List<ElfImage.Segment> segments) {
    MemoryPlan plan() {
      long entry = segments.getFirst().address();
      return MemoryPlan.of(layout, ElfImage.bare(layout, entry, segments, entry));
    }
  }

  private Shape shape() {
    GuestLayout layout = GuestLayout.of(CONTEXTS[random.nextInt(CONTEXTS.length)]);
    List<ElfImage.Segment> segments = new ArrayList<>();
    long room = layout.heapEnd();
    long at = PAGE + (random.nextLong() >>> 1) % (room / 2);
    for (int i = random.nextInt(6); i >= 0 && at < room - 1; i--) {
      long most = Math.min(room - at, random.nextInt(5) == 0 ? 16 << 20 : 40 << 12);
      long size = 1 + random.nextLong(most);
      int content = (int) Math.min(size, random.nextInt(3) * (long) random.nextInt(1 << 18));
      boolean writable = random.nextBoolean();
      segments.add(
          new ElfImage.Segment(
              at,
              MemorySegment.ofArray(new byte[content]),
              size,
              true,
              writable,
              random.nextBoolean()));
      at += size + (random.nextBoolean() ? 0 : random.nextInt(3 << 12));
    }
    return new Shape(layout, segments);
  }

  @Test
  void plansCoverWhatTheImageAsksForAndNothingElse() {
    for (int round = 0; round < 300; round++) {
      Shape shape = shape();
      MemoryPlan plan = shape.plan();
      String where = "seed %d round %d".formatted(SEED, round);
      Set<Long> backed = new HashSet<>();
      long previousEnd = PAGE;
      for (Region region : plan.regions()) {
        assertThat(region.start()).as(where).isGreaterThanOrEqualTo(previousEnd);
        previousEnd = region.end();
        for (long at = region.start(); at < region.end(); at += PAGE) {
          long offset = region.offset() + at - region.start();
          switch (region.backing()) {
            case HEAP -> assertThat(offset).as(where).isEqualTo(at);
            case HOT -> assertThat(offset).as(where).isLessThan(Backing.HOT_BYTES);
            case CODE -> assertThat(offset).as(where).isBetween(PAGE, Backing.CODE_BYTES - PAGE);
            case SHARED -> assertThat(offset).as(where).isLessThan(Backing.SHARED_BYTES_MAX);
            case SYSTEM -> throw new AssertionError(where);
          }
          if (region.backing() != Backing.HEAP) {
            assertThat(backed.add(region.backing().physical() + offset)).as(where).isTrue();
          }
          if (at - region.start() > 600 * PAGE) {
            at += 100 * PAGE;
          }
        }
      }
      assertThat(previousEnd).as(where).isEqualTo(shape.layout().contextBytes());
      assertThat(backed.stream().filter(p -> p >= Backing.HOT.physical()).count())
          .as(where)
          .isLessThanOrEqualTo(512);
      for (int probe = 0; probe < 200; probe++) {
        checkPage(plan, shape, interesting(shape) & -PAGE, where);
      }
    }
  }

  private long interesting(Shape shape) {
    long contextBytes = shape.layout().contextBytes();
    ElfImage.Segment segment = shape.segments().get(random.nextInt(shape.segments().size()));
    long near =
        switch (random.nextInt(6)) {
          case 0 -> segment.address();
          case 1 -> segment.endAddress();
          case 2 -> segment.address() + segment.bytes().byteSize();
          case 3 -> shape.layout().heapEnd();
          case 4 -> shape.layout().stackBottom();
          default -> random.nextLong(contextBytes);
        };
    return Math.clamp(near + (random.nextInt(5) - 2) * PAGE, 0, contextBytes - 1);
  }

  private static void checkPage(MemoryPlan plan, Shape shape, long page, String where) {
    boolean mapped = false;
    boolean writable = false;
    boolean executable = false;
    boolean loaded = false;
    for (ElfImage.Segment segment : shape.segments()) {
      if (segment.address() < page + PAGE && segment.endAddress() > page) {
        mapped = true;
        writable |= segment.writable();
        executable |= segment.executable();
        loaded |=
            segment.bytes().byteSize() > 0 && segment.address() + segment.bytes().byteSize() > page;
      }
    }
    GuestLayout layout = shape.layout();
    if ((page >= plan.freeBegin() && page < layout.heapEnd()) || page >= layout.stackBottom()) {
      mapped = true;
      writable = true;
    }
    int index = plan.regionAt(page);
    String what = where + " page 0x" + Long.toHexString(page) + " of " + shape;
    assertThat(index >= 0).as(what).isEqualTo(mapped);
    if (index >= 0) {
      Region region = plan.regions().get(index);
      assertThat(region.writable()).as(what).isEqualTo(writable);
      assertThat(region.executable()).as(what).isEqualTo(executable);
      if (loaded) {
        assertThat(region.loaded()).as(what).isTrue();
      }
    }
  }

  @Test
  void tablesSayWhatThePlanSays() {
    for (int round = 0; round < 60; round++) {
      Shape shape = shape();
      MemoryPlan plan = shape.plan();
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment system = arena.allocate(Backing.SYSTEM_BYTES, PAGE);
        Root root = Objects.requireNonNull(new PageTables(system).build(plan));
        for (int probe = 0; probe < 300; probe++) {
          long page = interesting(shape) & -PAGE;
          checkWalk(system, root.address(), plan, page, "seed " + SEED + " round " + round);
        }
      }
    }
  }

  private static void checkWalk(
      MemorySegment system, long top, MemoryPlan plan, long page, String where) {
    long entry = 0;
    long table = top - Backing.SYSTEM.physical();
    long size = PAGE;
    for (int level = 3; level >= 0; level--) {
      entry = system.get(JAVA_LONG, table + 8 * ((page >>> (12 + 9 * level)) & 511));
      if (level == 0 || (entry & 1) == 0 || (level == 1 && (entry & 0x80) != 0)) {
        size = level == 1 && (entry & 1) != 0 ? HUGE_PAGE : PAGE;
        break;
      }
      assertThat(entry & 6).as("above the last level").isEqualTo(6);
      table = (entry & 0x000F_FFFF_FFFF_F000L) - Backing.SYSTEM.physical();
    }
    String what = where + " page 0x" + Long.toHexString(page);
    int index = plan.regionAt(page);
    assertThat((entry & 1) != 0).as(what).isEqualTo(index >= 0);
    if (index >= 0) {
      Region region = plan.regions().get(index);
      long physical = (entry & 0x000F_FFFF_FFFF_F000L & -size) + page % size;
      assertThat(physical)
          .as(what)
          .isEqualTo(region.backing().physical() + region.offset() + page - region.start());
      assertThat((entry & 4) != 0).as("user " + what).isTrue();
      assertThat((entry & 2) != 0).as("writable " + what).isEqualTo(region.writable());
      assertThat(entry >= 0).as("executable " + what).isEqualTo(region.executable());
      if (size == PAGE) {
        assertThat((entry & 0x40) != 0).as("preset " + what).isEqualTo(plan.preset(page));
      }
    }
  }

  @Test
  void tablesThatDoNotFitLeaveRoomForSmallerOnes() {
    GuestLayout layout = GuestLayout.of(128 << 20);
    MemoryPlan plan =
        new Shape(
                layout,
                List.of(
                    new ElfImage.Segment(
                        0x10000, MemorySegment.ofArray(new byte[1]), 1, true, false, true)))
            .plan();
    try (Arena arena = Arena.ofConfined()) {
      long small = (SystemPages.FIRST_FREE_PAGE + 7) * PAGE;
      MemorySegment system = arena.allocate(small, PAGE);
      PageTables tables = new PageTables(system);
      assertThat(tables.build(plan)).isNotNull();
      assertThat(tables.build(plan)).isNull();
      long used = (SystemPages.FIRST_FREE_PAGE + 5) * PAGE;
      assertThat(system.asSlice(used).mismatch(arena.allocate(small - used))).isEqualTo(-1);
    }
  }

  @Test
  void equalShapesHaveEqualPlans() {
    Shape shape = shape();
    assertThat(shape.plan()).isEqualTo(shape.plan());
  }
}
