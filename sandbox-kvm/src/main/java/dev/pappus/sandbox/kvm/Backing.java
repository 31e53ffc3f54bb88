package dev.pappus.sandbox.kvm;

/**
 * What the guest sees as physical memory. Each is a memory slot of its machine, save {@link #HOT}
 * and {@link #SYSTEM}, which are one: KVM keeps books of some 24 KiB for the smallest slot.
 */
enum Backing {
  /**
   * Code and read-only data, which each function overwrites as far as it can see it; a slot that
   * the guest cannot write whatever its tables say.
   */
  CODE(1L << 30),
  /**
   * The same of functions that have much of it: memory that all machines bound to the function
   * share, there while they are bound.
   */
  SHARED(3L << 30),
  /** Written pages in 4 KiB pieces, always resident, wiped by overwriting. */
  HOT(2L << 30),
  /** Page tables and descriptor tables; no guest code reaches them. */
  SYSTEM((2L << 30) + Backing.HOT_BYTES),
  /** The rest of the context, at its own offset, in 2 MiB pieces; dropped after use. */
  HEAP(4L << 30);

  /** Least size of {@link #SYSTEM}: 16 fixed pages, the rest for page tables. */
  static final long SYSTEM_BYTES = 2 << 20;

  /** Bytes of memory for a byte of page tables: eight for a page. */
  private static final long TABLE_SHARE = 512;

  /** No linear memory is larger. */
  private static final long LINEAR_BYTES_MAX = 4L << 30;

  /** Size of {@link #CODE}; functions with more than half of it share. */
  static final long CODE_BYTES = 4 << 20;

  /** Most that {@link #SHARED} takes; larger images overflow into {@link #HEAP}. */
  static final long SHARED_BYTES_MAX = (1L << 30) - (2 << 20);

  /** The first page tables, which share a huge page with {@link #HOT}: of some ten functions. */
  static final long TABLES_AT_HAND_BYTES = 256 << 10;

  /** Size of {@link #HOT}: what the first page tables leave of a huge page. */
  static final long HOT_BYTES = (2 << 20) - TABLES_AT_HAND_BYTES;

  /**
   * Size of {@link #SYSTEM} with a heap of {@code heapBytes}, so that one root may set tables aside
   * for all growth that is possible in it.
   */
  static long systemBytes(long heapBytes) {
    return SYSTEM_BYTES + Math.min(heapBytes, LINEAR_BYTES_MAX) / TABLE_SHARE;
  }

  private final long physical;

  Backing(long physical) {
    this.physical = physical;
  }

  /** Where the slot starts in guest-physical memory. */
  long physical() {
    return physical;
  }
}
