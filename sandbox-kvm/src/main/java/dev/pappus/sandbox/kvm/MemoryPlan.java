package dev.pappus.sandbox.kvm;

import static dev.pappus.linux.Mapping.PAGE;

import dev.pappus.sandbox.ElfImage;
import dev.pappus.sandbox.GuestLayout;
import dev.pappus.sandbox.ImagePages;
import dev.pappus.sandbox.WasmMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which page of a context stands where and may be used how. Page tables depend on this alone, so
 * machines keep them by it: equal plans share them.
 *
 * @param contextBytes size of the context
 * @param freeBegin where inputs and heap begin
 * @param freeEnd where they end
 * @param regions all that is mapped, ascending; what lies between is absent
 * @param presets pages that a run is sure to write: their tables say so from the start, which saves
 *     a fault each and costs a wipe each
 * @param linear a linear memory outside of the context, or null; what it has at first is among the
 *     regions
 */
record MemoryPlan(
    long contextBytes,
    long freeBegin,
    long freeEnd,
    List<Region> regions,
    List<Range> presets,
    @Nullable LinearPlan linear) {
  private static final long CODE_FIRST = PAGE;
  private static final long HOT_STACK_BYTES = 32 * PAGE;
  private static final long HOT_IMAGE_BYTES_MAX = 256 * PAGE;
  private static final long PRESET_STACK_BYTES = 4 * PAGE;
  private static final long PRESET_IMAGE_BYTES = 16 * PAGE;
  private static final long PRESET_HEAP_BYTES = 16 * PAGE;
  private static final long HOT_HEAP_BYTES_MIN = 32 * PAGE;
  private static final long EDGE_BYTES = 256 * PAGE;

  MemoryPlan {
    regions = List.copyOf(regions);
    presets = List.copyOf(presets);
  }

  /** Addresses from {@code start} to {@code end}, exclusive. */
  record Range(long start, long end) {
    boolean contains(long address) {
      return address >= start && address < end;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Range that && start == that.start && end == that.end;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(31 * start + end);
    }
  }

  // As the record's own, like those of its parts: see Region.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof MemoryPlan that
        && contextBytes == that.contextBytes
        && freeBegin == that.freeBegin
        && freeEnd == that.freeEnd
        && regions.equals(that.regions)
        && presets.equals(that.presets)
        && Objects.equals(linear, that.linear);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(31 * freeBegin + freeEnd) + 31 * regions.hashCode();
  }

  /** The plan for an image that has been checked against {@code layout}. */
  static MemoryPlan of(GuestLayout layout, ElfImage image) {
    WasmMemory wasm = image.wasm();
    LinearPlan linear =
        wasm != null && wasm.checkedByHardware()
            ? LinearPlan.of(wasm, layout.contextBytes())
            : null;
    return new Builder(layout, linear, image.libos() != null).build(image);
  }

  /** What the heap slot must hold. */
  long heapBytes() {
    return linear == null ? contextBytes : linear.offset() + linear.capBytes();
  }

  /** How much of the code slot it fills. */
  long codeBytes() {
    return usedOf(Backing.CODE);
  }

  /** How much memory all machines with the function share. */
  long sharedBytes() {
    return usedOf(Backing.SHARED);
  }

  private long usedOf(Backing backing) {
    long end = 0;
    for (Region region : regions) {
      if (region.backing() == backing) {
        end = Math.max(end, region.offset() + region.sizeBytes());
      }
    }
    return end;
  }

  /** Whether the page at {@code address} counts as written from the start. */
  boolean preset(long address) {
    for (int i = 0; i < presets.size(); i++) {
      if (presets.get(i).contains(address)) {
        return true;
      }
    }
    return false;
  }

  /** Index of the region at {@code address}, -1 if nothing is mapped there. */
  int regionAt(long address) {
    for (int i = 0; i < regions.size(); i++) {
      if (regions.get(i).contains(address)) {
        return i;
      }
    }
    return -1;
  }

  /** Deals the backings out, scarce ones first to those who gain most. */
  private static final class Builder {
    private final GuestLayout layout;
    private final @Nullable LinearPlan linear;
    private final boolean program;
    private final List<Region> regions = new ArrayList<>();
    private final List<Range> presets = new ArrayList<>();
    private Backing constants = Backing.CODE;
    private long constantsUsed = CODE_FIRST;
    private long constantsMax = Backing.CODE_BYTES;
    private long hotUsed;
    private long hotImageUsed;
    private long presetImageLeft = PRESET_IMAGE_BYTES;

    Builder(GuestLayout layout, @Nullable LinearPlan linear, boolean program) {
      this.layout = layout;
      this.linear = linear;
      this.program = program;
    }

    MemoryPlan build(ElfImage image) {
      long stackBytes = layout.contextBytes() - layout.stackBottom();
      long hotStack = image.holdsStack(layout) ? 0 : Math.min(HOT_STACK_BYTES, stackBytes);
      long hotStackAt = hotUsed;
      hotUsed += hotStack;
      List<ImagePages> runs = ImagePages.of(image.segments());
      chooseConstants(runs);
      // File contents that are written come first: putting them back is dearer than zeroing.
      for (ImagePages run : runs) {
        if (run.writable() && run.loaded()) {
          place(run);
        }
      }
      for (ImagePages run : runs) {
        if (!(run.writable() && run.loaded())) {
          place(run);
        }
      }
      if (linear != null) {
        placeLinear(linear);
      }
      placeHeap(image.freeBegin(), image.freeEnd());
      if (!image.holdsStack(layout)) {
        placeStack(hotStack, hotStackAt);
      }
      regions.sort((a, b) -> Long.compare(a.start(), b.start()));
      return new MemoryPlan(
          layout.contextBytes(), image.freeBegin(), image.freeEnd(), regions, presets, linear);
    }

    /** Little is copied into each machine, much is shared. */
    private void chooseConstants(List<ImagePages> runs) {
      long bytes = 0;
      for (ImagePages run : runs) {
        bytes += run.writable() || !run.loaded() ? 0 : run.end() - run.start();
      }
      if (bytes > Backing.CODE_BYTES / 2) {
        constants = Backing.SHARED;
        constantsUsed = 0;
        constantsMax = Backing.SHARED_BYTES_MAX;
      }
    }

    private void place(ImagePages run) {
      long at = run.start();
      if (run.writable()) {
        long hot = Math.min(run.end() - at, HOT_IMAGE_BYTES_MAX - hotImageUsed);
        if (hot > 0) {
          add(run, at, at + hot, Backing.HOT, hotUsed);
          hotUsed += hot;
          hotImageUsed += hot;
          long preset = Math.min(hot, presetImageLeft);
          if (preset > 0) {
            presets.add(new Range(at, at + preset));
            presetImageLeft -= preset;
          }
          at += hot;
        }
      } else if (run.loaded()) {
        long placed = Math.min(run.end() - at, constantsMax - constantsUsed);
        if (placed > 0) {
          add(run, at, at + placed, constants, constantsUsed);
          constantsUsed += placed;
          at += placed;
        }
      }
      if (at < run.end() && run.writable() && !run.loaded() && !run.executable()) {
        addZeroes(at, run.end());
      } else if (at < run.end()) {
        // Read-only pages without contents too: the code slot still holds what ran before.
        add(run, at, run.end(), Backing.HEAP, at);
      }
    }

    /** Zeroes in the heap slot. A program's breaks and mappings grow from their edges. */
    private void addZeroes(long start, long end) {
      long edge = program ? Math.min(EDGE_BYTES, (end - start) / 2 & -PAGE) : 0;
      if (edge > 0) {
        regions.add(Region.freePages(start, start + edge, Backing.HEAP, start));
        regions.add(Region.freePages(end - edge, end, Backing.HEAP, end - edge));
      }
      if (start + edge < end - edge) {
        regions.add(Region.free(start + edge, end - edge, Backing.HEAP, start + edge));
      }
    }

    private void add(ImagePages run, long start, long end, Backing backing, long offset) {
      // To put a page back is cheap, to put a chunk back is not.
      boolean fine = run.writable() && run.loaded();
      regions.add(
          new Region(
              start, end, backing, offset, run.writable(), run.executable(), run.loaded(), fine));
    }

    /** Its beginning gains more by being hot than the heap does, which serves files alone. */
    private void placeLinear(LinearPlan plan) {
      long end = plan.base() + plan.initialBytes();
      long hot = Math.min(plan.initialBytes(), Backing.HOT_BYTES - hotUsed - HOT_HEAP_BYTES_MIN);
      long split = plan.base() + Math.max(0, hot);
      if (plan.base() < split) {
        regions.add(Region.free(plan.base(), split, Backing.HOT, hotUsed));
        hotUsed += hot;
      }
      if (split < end) {
        long offset = plan.offset() + (split - plan.base());
        regions.add(Region.free(split, end, Backing.HEAP, offset));
      }
    }

    private void placeHeap(long begin, long end) {
      long hot = Math.min(Backing.HOT_BYTES - hotUsed, end - begin);
      long split = begin + hot;
      if (hot > 0) {
        regions.add(Region.free(begin, split, Backing.HOT, hotUsed));
        presets.add(new Range(begin, begin + Math.min(hot, PRESET_HEAP_BYTES)));
        hotUsed += hot;
      }
      if (split < end) {
        addZeroes(split, end);
      }
    }

    private void placeStack(long hotStack, long hotStackAt) {
      long top = layout.contextBytes();
      long split = top - hotStack;
      if (layout.stackBottom() < split) {
        regions.add(Region.free(layout.stackBottom(), split, Backing.HEAP, layout.stackBottom()));
      }
      regions.add(Region.free(split, top, Backing.HOT, hotStackAt));
      presets.add(new Range(top - Math.min(hotStack, PRESET_STACK_BYTES), top));
    }
  }
}
