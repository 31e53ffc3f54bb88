package dev.pappus.sandbox;

import dev.pappus.model.Limits;
import java.lang.foreign.MemorySegment;

/** What a native executable is: a function that speaks the guest ABI, or a program for Linux. */
public sealed interface NativeBinary permits ElfImage, LinuxProgram {
  /**
   * Checks a file and takes it apart. It is a function if it has the symbol of the control block or
   * a note for the platform.
   *
   * @param contextBytes size of the context that it shall fit into
   * @throws dev.pappus.model.ProblemException with BAD_BINARY, which says what is wrong and how to
   *     build it right
   */
  static NativeBinary parse(MemorySegment file, long contextBytes, Limits limits) {
    return ElfParser.parse(file, contextBytes, limits);
  }
}
