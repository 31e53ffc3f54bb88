package dev.pappus.linux.struct;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;

/** Shorthand for building layouts. */
final class Fields {
  private Fields() {}

  /** Offset of a field, named by its path. */
  static long offset(StructLayout layout, String... path) {
    MemoryLayout.PathElement[] elements = new MemoryLayout.PathElement[path.length];
    for (int i = 0; i < path.length; i++) {
      elements[i] = MemoryLayout.PathElement.groupElement(path[i]);
    }
    return layout.byteOffset(elements);
  }
}
