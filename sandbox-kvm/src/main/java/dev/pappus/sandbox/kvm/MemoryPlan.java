package dev.pappus.sandbox.kvm;

import static dev.pappus.linux.Mapping.PAGE;

import dev.pappus.sandbox.ElfImage;
import dev.pappus.sandbox.GuestLayout;
import dev.pappus.sandbox.ImagePages;
import dev.pappus.sandbox.WasmMemory;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which page of a context stands where and may be used how. Page tables depend on this alone, so
 * machines keep them by it: equal plans share them.
 *
 * @param contextBytes size of the context
 * @param imageEnd where inputs and heap begin
 * @param heapEnd where they end
 * @param regions all that is mapped, ascending; what lies between is absent
 * @param presets pages that a run is sure to write: their tables say so from the start, which saves
 *     a fault each and costs a wipe each
 * @param linear a linear memory outside of the context, or null; what it has at first is among the
 *     regions
 */
record MemoryPlan(
    long contextBytes,
    long imageEnd,
    long heapEnd,
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

  MemoryPlan {
    regions = List.copyOf(regions);
    presets = List.copyOf(presets);
  }

  /** Addresses from {@code start} to {@code end}, exclusive. */
  record Range(long start, long end) {
    boolean contains(long address) {
      return address >= start && address < end;
    }
  }

  /**
   * The plan for an image whose segments have been checked against {@code layout}.
   *
   * @param wasm what the image says of a linear memory; it has room
   */
  static MemoryPlan of(
      GuestLayout layout, List<ElfImage.Segment> segments, @Nullable WasmMemory wasm) {
    LinearPlan linear =
        wasm != null && wasm.checkedByHardware()
            ? LinearPlan.of(wasm, layout.contextBytes())
            : null;
    return new Builder(layout, linear).build(segments);
  }

  /** What the heap slot must hold. */
  long heapBytes() {
    return linear == null ? contextBytes : linear.offset() + linear.capBytes();
  }

  /** How much of the code slot it fills. */
  long codeBytes() {
    long end = 0;
    for (Region region : regions) {
      if (region.backing() == Backing.CODE) {
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
    private final List<Region> regions = new ArrayList<>();
    private final List<Range> presets = new ArrayList<>();
    private long codeUsed = CODE_FIRST;
    private long hotUsed;
    private long hotImageUsed;
    private long presetImageLeft = PRESET_IMAGE_BYTES;

    Builder(GuestLayout layout, @Nullable LinearPlan linear) {
      this.layout = layout;
      this.linear = linear;
    }

    MemoryPlan build(List<ElfImage.Segment> segments) {
      long stackBytes = layout.contextBytes() - layout.stackBottom();
      long hotStack = Math.min(HOT_STACK_BYTES, stackBytes);
      long hotStackAt = hotUsed;
      hotUsed += hotStack;
      List<ImagePages> runs = ImagePages.of(segments);
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
      long imageEnd = runs.getLast().end();
      if (linear != null) {
        placeLinear(linear);
      }
      placeHeap(imageEnd);
      placeStack(hotStack, hotStackAt);
      regions.sort((a, b) -> Long.compare(a.start(), b.start()));
      return new MemoryPlan(
          layout.contextBytes(), imageEnd, layout.heapEnd(), regions, presets, linear);
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
        long code = Math.min(run.end() - at, Backing.CODE_BYTES - codeUsed);
        if (code > 0) {
          add(run, at, at + code, Backing.CODE, codeUsed);
          codeUsed += code;
          at += code;
        }
      }
      if (at < run.end()) {
        // Read-only pages without contents too: the code slot still holds what ran before.
        add(run, at, run.end(), Backing.HEAP, at);
      }
    }

    private void add(ImagePages run, long start, long end, Backing backing, long offset) {
      regions.add(
          new Region(start, end, backing, offset, run.writable(), run.executable(), run.loaded()));
    }

    /** Its beginning gains more by being hot than the heap does, which serves files alone. */
    private void placeLinear(LinearPlan plan) {
      long end = plan.base() + plan.initialBytes();
      long hot = Math.min(plan.initialBytes(), Backing.HOT_BYTES - hotUsed - HOT_HEAP_BYTES_MIN);
      long split = plan.base() + Math.max(0, hot);
      if (plan.base() < split) {
        regions.add(new Region(plan.base(), split, Backing.HOT, hotUsed, true, false, false));
        hotUsed += hot;
      }
      if (split < end) {
        long offset = plan.offset() + (split - plan.base());
        regions.add(new Region(split, end, Backing.HEAP, offset, true, false, false));
      }
    }

    private void placeHeap(long imageEnd) {
      long hot = Math.min(Backing.HOT_BYTES - hotUsed, layout.heapEnd() - imageEnd);
      long split = imageEnd + hot;
      if (hot > 0) {
        regions.add(new Region(imageEnd, split, Backing.HOT, hotUsed, true, false, false));
        presets.add(new Range(imageEnd, imageEnd + Math.min(hot, PRESET_HEAP_BYTES)));
        hotUsed += hot;
      }
      if (split < layout.heapEnd()) {
        regions.add(new Region(split, layout.heapEnd(), Backing.HEAP, split, true, false, false));
      }
    }

    private void placeStack(long hotStack, long hotStackAt) {
      long top = layout.contextBytes();
      long split = top - hotStack;
      if (layout.stackBottom() < split) {
        regions.add(
            new Region(
                layout.stackBottom(),
                split,
                Backing.HEAP,
                layout.stackBottom(),
                true,
                false,
                false));
      }
      regions.add(new Region(split, top, Backing.HOT, hotStackAt, true, false, false));
      presets.add(new Range(top - Math.min(hotStack, PRESET_STACK_BYTES), top));
    }
  }
}
