package dev.pappus.sandbox.kvm;

import static dev.pappus.linux.Mapping.HUGE_PAGE;

import dev.pappus.sandbox.WasmMemory;

/**
 * Where the linear memory of a WebAssembly module stands whose bounds the hardware checks: in a
 * range of addresses of its own, of which no more is mapped than its current size. Its memory is in
 * {@link Backing#HEAP}, above the context's, but for what of its first pages is {@link
 * Backing#HOT}.
 *
 * @param base guest address of its first byte; a multiple of 1 GiB
 * @param initialBytes its size when a run begins
 * @param capBytes what it may grow to; at least that
 * @param offset where in the heap slot its first byte would be; whole huge pages
 */
record LinearPlan(long base, long initialBytes, long capBytes, long offset) {
  /** The plan for {@code memory}, which has room in a context of {@code contextBytes}. */
  static LinearPlan of(WasmMemory memory, long contextBytes) {
    return new LinearPlan(
        memory.base(),
        memory.initialBytes(),
        memory.capBytes(contextBytes),
        (contextBytes + HUGE_PAGE - 1) & -HUGE_PAGE);
  }

  /** What a run may add to it; empty if it cannot grow. */
  Region growth() {
    return Region.free(base + initialBytes, base + capBytes, Backing.HEAP, offset + initialBytes);
  }

  /** Chunks of the heap slot that any growth may use. */
  int growthChunks() {
    long first = initialBytes / HUGE_PAGE;
    long end = (capBytes + HUGE_PAGE - 1) / HUGE_PAGE;
    return capBytes == initialBytes ? 0 : (int) (end - first);
  }
}
