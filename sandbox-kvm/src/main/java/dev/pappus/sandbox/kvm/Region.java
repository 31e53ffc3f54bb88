package dev.pappus.sandbox.kvm;

import org.jspecify.annotations.Nullable;

/**
 * Consecutive pages of a context that are treated alike.
 *
 * @param start first address, of a page
 * @param end first address above
 * @param backing where their memory is
 * @param offset where in it
 * @param writable whether the guest may write them
 * @param executable whether it may execute them
 * @param loaded whether the image says what they hold at first; else it is zero
 * @param fine whether notes of what is written are taken for each page of 4 KiB, wherever they are
 */
record Region(
    long start,
    long end,
    Backing backing,
    long offset,
    boolean writable,
    boolean executable,
    boolean loaded,
    boolean fine) {
  /** Free memory: zero, and noted in large pieces where that can be. */
  static Region free(long start, long end, Backing backing, long offset) {
    return new Region(start, end, backing, offset, true, false, false, false);
  }

  /** Free memory, noted page by page. */
  static Region freePages(long start, long end, Backing backing, long offset) {
    return new Region(start, end, backing, offset, true, false, false, true);
  }

  long sizeBytes() {
    return end - start;
  }

  boolean contains(long address) {
    return address >= start && address < end;
  }

  // As the record's own, which the JVM would link anew at each start of a node: that takes long.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Region that
        && start == that.start
        && end == that.end
        && backing == that.backing
        && offset == that.offset
        && writable == that.writable
        && executable == that.executable
        && loaded == that.loaded
        && fine == that.fine;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(31 * (31 * start + end) + offset);
  }
}
