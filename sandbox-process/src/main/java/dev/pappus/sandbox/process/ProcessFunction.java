package dev.pappus.sandbox.process;

import static dev.pappus.linux.Mapping.PAGE;

import dev.pappus.sandbox.ElfImage;
import dev.pappus.sandbox.FaultBackoff;
import dev.pappus.sandbox.GuestLayout;
import dev.pappus.sandbox.PageRange;
import dev.pappus.sandbox.PreparedFunction;
import dev.pappus.sandbox.Template;
import dev.pappus.sandbox.TemplateSlot;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A function that has been prepared for children. */
final class ProcessFunction implements PreparedFunction {
  private final ElfImage image;
  private final GuestLayout layout;
  private final Shape shape;
  private final List<ElfImage.Segment> data;
  private final FaultBackoff backoff;
  private final long constantBytes;
  private final List<PageRange> constantPages = new ArrayList<>();
  private final @Nullable TemplateSlot templateSlot;
  private volatile long usedBytes;

  private ProcessFunction(
      ElfImage image,
      GuestLayout layout,
      FaultBackoff backoff,
      @Nullable TemplateSlot templateSlot) {
    this.templateSlot = templateSlot;
    this.image = image;
    this.layout = layout;
    this.shape = Shape.of(MappedRange.of(layout, image), image.libos());
    this.backoff = backoff;
    this.data =
        image.segments().stream()
            .filter(segment -> segment.bytes().byteSize() > 0 && writes(segment))
            .toList();
    long constant = 0;
    for (ElfImage.Segment segment : image.segments()) {
      long bytes = segment.bytes().byteSize();
      if (bytes > 0 && !writes(segment)) {
        constant += bytes;
        long end = segment.address() + bytes;
        Extents.add(
            constantPages, new PageRange(segment.address() & -PAGE, (end + PAGE - 1) & -PAGE));
      }
    }
    constantBytes = constant;
  }

  /** A function or program that has been checked against {@code layout}. */
  static ProcessFunction of(GuestLayout layout, ElfImage image, FaultBackoff backoff) {
    return new ProcessFunction(image, layout, backoff, TemplateSlot.of(image));
  }

  ElfImage image() {
    return image;
  }

  /** How much memory its runs were last seen to use, beside constants; 0 if none were yet. */
  long usedBytes() {
    return usedBytes;
  }

  void hasUsed(long bytes) {
    if (usedBytes != bytes) {
      usedBytes = bytes;
    }
  }

  GuestLayout layout() {
    return layout;
  }

  Shape shape() {
    return shape;
  }

  List<MappedRange> ranges() {
    return shape.ranges();
  }

  FaultBackoff backoff() {
    return backoff;
  }

  /** Whether the function may execute what stands at {@code address}. */
  boolean executes(long address) {
    for (MappedRange range : ranges()) {
      if (address >= range.start() && address < range.end()) {
        return range.executable();
      }
    }
    return false;
  }

  /** Whether the function may write some of the pages that a segment stands in. */
  boolean writes(ElfImage.Segment segment) {
    for (MappedRange range : ranges()) {
      if (range.writable()
          && segment.address() < range.end()
          && segment.endAddress() > range.start()) {
        return true;
      }
    }
    return false;
  }

  /** The segments with bytes that it may write to, ascending. */
  List<ElfImage.Segment> data() {
    return data;
  }

  /** What of the image stays in each context that it is bound to. */
  long constantBytes() {
    return constantBytes;
  }

  /** The pages that hold them, ascending. */
  List<PageRange> constantPages() {
    return constantPages;
  }

  @Override
  public String sandbox() {
    return ProcessDriver.NAME;
  }

  @Override
  public long residentBytes() {
    PreparedFunction template = templateSlot == null ? null : templateSlot.filled();
    long own = image.residentBytes();
    return template == null ? own : own + template.residentBytes();
  }

  @Override
  public long contextBytes() {
    return layout.contextBytes();
  }

  @Override
  public PreparedFunction accountedWith(PreparedFunction earlier) {
    return earlier instanceof ProcessFunction function
        ? new ProcessFunction(image, layout, function.backoff, templateSlot)
        : this;
  }

  @Override
  public @Nullable TemplateSlot templateSlot() {
    return templateSlot;
  }

  @Override
  public PreparedFunction withTemplate(Template template) {
    ElfImage resumed = image.withTemplate(layout, template);
    ProcessFunction function = new ProcessFunction(resumed, layout, backoff, null);
    ProcessDriver.requireFewPieces(function.ranges());
    return function;
  }

  /** Whether {@code other} is this or its template. */
  boolean owns(@Nullable ProcessFunction other) {
    return other == this
        || (other != null && templateSlot != null && other == templateSlot.filled());
  }
}
