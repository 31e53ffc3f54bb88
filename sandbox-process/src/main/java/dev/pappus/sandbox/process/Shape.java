package dev.pappus.sandbox.process;

import dev.pappus.sandbox.LibosPlace;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a child is made for, and cannot change: functions of one shape can run in it one after the
 * other.
 *
 * @param ranges of the context that it maps
 * @param libosBegin where the code of its library OS begins, which its filter knows; 0 without one
 * @param libosEnd where that ends; 0 without one
 */
record Shape(List<MappedRange> ranges, long libosBegin, long libosEnd) {
  Shape {
    ranges = List.copyOf(ranges);
  }

  static Shape of(List<MappedRange> ranges, @Nullable LibosPlace libos) {
    return libos == null ? new Shape(ranges, 0, 0) : new Shape(ranges, libos.begin(), libos.end());
  }
}
