package dev.pappus.sandbox.kvm;

/** The few sizes that machines come in, so that one fits many functions. */
final class HeapSize {
  /** The smallest: the default context. Address space costs little; only what is touched counts. */
  static final long SMALLEST_BYTES = 128L << 20;

  private static final int STEP = 4;

  private HeapSize() {}

  /** The smallest size that holds {@code contextBytes}, which is below 2^40. */
  static long of(long contextBytes) {
    long size = SMALLEST_BYTES;
    while (size < contextBytes) {
      size *= STEP;
    }
    return size;
  }
}
