package dev.pappus.sandbox.process;

import dev.pappus.sandbox.ElfImage;
import dev.pappus.sandbox.FaultBackoff;
import dev.pappus.sandbox.GuestLayout;
import dev.pappus.sandbox.PreparedFunction;
import java.util.List;

/** A function that has been prepared for children. */
final class ProcessFunction implements PreparedFunction {
  private final ElfImage image;
  private final GuestLayout layout;
  private final List<MappedRange> ranges;
  private final FaultBackoff backoff;
  private final long constantBytes;

  ProcessFunction(ElfImage image, GuestLayout layout, FaultBackoff backoff) {
    this.image = image;
    this.layout = layout;
    this.ranges = List.copyOf(MappedRange.of(layout, image.segments()));
    this.backoff = backoff;
    long constant = 0;
    for (ElfImage.Segment segment : image.segments()) {
      constant += writes(segment) ? 0 : segment.bytes().byteSize();
    }
    constantBytes = constant;
  }

  ElfImage image() {
    return image;
  }

  GuestLayout layout() {
    return layout;
  }

  List<MappedRange> ranges() {
    return ranges;
  }

  FaultBackoff backoff() {
    return backoff;
  }

  /** Whether the function may execute what stands at {@code address}. */
  boolean executes(long address) {
    for (MappedRange range : ranges) {
      if (address >= range.start() && address < range.end()) {
        return range.executable();
      }
    }
    return false;
  }

  /** Whether the function may write some of the pages that a segment stands in. */
  boolean writes(ElfImage.Segment segment) {
    for (MappedRange range : ranges) {
      if (range.writable()
          && segment.address() < range.end()
          && segment.endAddress() > range.start()) {
        return true;
      }
    }
    return false;
  }

  /** What of the image stays in each context that it is bound to. */
  long constantBytes() {
    return constantBytes;
  }

  @Override
  public String sandbox() {
    return ProcessDriver.NAME;
  }

  @Override
  public long residentBytes() {
    return image.residentBytes();
  }

  @Override
  public long contextBytes() {
    return layout.contextBytes();
  }

  @Override
  public PreparedFunction accountedWith(PreparedFunction earlier) {
    return earlier instanceof ProcessFunction function
        ? new ProcessFunction(image, layout, function.backoff)
        : this;
  }
}
