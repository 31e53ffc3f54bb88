package dev.pappus.sandbox;

import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;

/**
 * Where things stand in a guest's linear context, the same for every backend (docs/abi.md). From
 * low to high: page 0, never mapped; the image at its link address; inputs and tables; the heap up
 * to {@code heapEnd}; the guard, absent; the stack up to {@code contextBytes}.
 *
 * @param contextBytes size of the context, whole pages; the stack's upper end
 * @param stackBottom the stack's lowest address; below it lies the guard
 * @param heapEnd exclusive upper limit of image, inputs, tables and heap; the guard's lowest
 *     address
 */
public record GuestLayout(long contextBytes, long stackBottom, long heapEnd) {
  /** Bytes of a page. */
  public static final long PAGE_BYTES = 4096;

  /** The least context that leaves room for a stack. */
  public static final long CONTEXT_BYTES_MIN = 64 << 10;

  private static final long CONTEXT_BYTES_MAX = 1L << 39;
  private static final long STACK_BYTES_MAX = 8 << 20;
  private static final long LARGE_GUARD_BYTES = 2 << 20;

  /** The stack pointer at entry lies this far below the stack's upper end. */
  private static final long ENTRY_STACK_RESERVE_BYTES = 32;

  /**
   * The layout of a context of {@code contextBytes}, which is rounded up to whole pages.
   *
   * @throws ProblemException with BAD_BINARY if no guest fits into such a context, or the host
   *     could not address it
   */
  public static GuestLayout of(long contextBytes) {
    if (contextBytes < CONTEXT_BYTES_MIN || contextBytes > CONTEXT_BYTES_MAX) {
      throw new ProblemException(
          Problem.of(
                  ProblemCode.BAD_BINARY, "a context of %d bytes cannot hold a guest", contextBytes)
              .withHint(
                  "ask for a context between 64 KiB and limits.context_max; 128 MiB suits most"));
    }
    long size = pageCeiling(contextBytes);
    long stackBytes = Math.min(STACK_BYTES_MAX, size / 8 / PAGE_BYTES * PAGE_BYTES);
    long guardBytes = stackBytes >= LARGE_GUARD_BYTES ? LARGE_GUARD_BYTES : PAGE_BYTES;
    return new GuestLayout(size, size - stackBytes, size - stackBytes - guardBytes);
  }

  /** The stack pointer at entry; a multiple of 32. */
  public long entryStackPointer() {
    return contextBytes - ENTRY_STACK_RESERVE_BYTES;
  }

  /** {@code address} rounded up to the next page; it must be far from overflow. */
  static long pageCeiling(long address) {
    return (address + PAGE_BYTES - 1) & -PAGE_BYTES;
  }
}
