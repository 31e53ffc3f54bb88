package dev.pappus.sandbox;

import static dev.pappus.sandbox.ElfFile.bad;

/**
 * What native code of a WebAssembly module says of its linear memory (docs/abi.md, section 11).
 *
 * @param base where it stands if the hardware checks its bounds, outside of every context; 0 if the
 *     code checks them itself and the memory is a part of the heap
 * @param initialBytes its size when a run begins
 * @param maximumBytes what it may grow to
 */
public record WasmMemory(long base, long initialBytes, long maximumBytes) {
  /** Sizes are multiples of this. */
  public static final long PAGE_BYTES = 64 << 10;

  /** An index and an offset of 32 bits each reach no further than this from the base. */
  public static final long REACH_BYTES = 8L << 30;

  private static final long BASE_ALIGNMENT = 1L << 30;
  private static final long END_MAX = 1L << 46;
  private static final long PAGES_MAX = 1 << 16;
  static final int NOTE_BYTES = 16;
  static final int NOTE_BASE = 0;
  static final int NOTE_INITIAL = 8;
  static final int NOTE_MAXIMUM = 12;

  /** Whether the memory has a range of addresses of its own, whose end the hardware checks. */
  public boolean checkedByHardware() {
    return base != 0;
  }

  /** Whether {@code address} is one that code for this memory can compute. */
  public boolean reaches(long address) {
    return checkedByHardware() && address - base >= 0 && address - base < REACH_BYTES;
  }

  /** What the memory may grow to in a context of {@code contextBytes}. */
  public long capBytes(long contextBytes) {
    return Math.min(maximumBytes, contextBytes / PAGE_BYTES * PAGE_BYTES);
  }

  /** The note at {@code at}, whose {@code bytes} lie in the file. */
  static WasmMemory read(ElfFile file, long at, long bytes) {
    if (bytes != NOTE_BYTES) {
      throw bad(ElfFile.HINT_BUILD, "the note of linear memory has %d bytes instead of 16", bytes);
    }
    long base = file.u64(at + NOTE_BASE);
    long initial = file.u32(at + NOTE_INITIAL);
    long maximum = file.u32(at + NOTE_MAXIMUM);
    if (initial > maximum || maximum > PAGES_MAX) {
      throw bad(
          ElfFile.HINT_BUILD,
          "linear memory of %d to %d pages; at most 65536 are possible",
          initial,
          maximum);
    }
    if (base % BASE_ALIGNMENT != 0 || base < 0 || base > END_MAX - REACH_BYTES) {
      throw bad(
          ElfFile.HINT_BUILD,
          "linear memory at 0x%x; wanted is a multiple of 1 GiB below 64 TiB",
          base);
    }
    return new WasmMemory(base, initial * PAGE_BYTES, maximum * PAGE_BYTES);
  }

  /**
   * Refuses a memory for which a context of {@code layout} has no room.
   *
   * @param imageEnd where inputs and heap begin
   */
  void requireRoom(GuestLayout layout, long imageEnd) {
    long room = checkedByHardware() ? capBytes(layout.contextBytes()) : layout.heapEnd() - imageEnd;
    if (initialBytes > room) {
      throw bad(
          "register the function with a larger context: --memory",
          "its linear memory begins with %d bytes; a context of %d bytes has room for %d",
          initialBytes,
          layout.contextBytes(),
          room);
    }
    if (checkedByHardware() && base < layout.contextBytes()) {
      throw bad(
          "register the function with a smaller context: --memory",
          "its linear memory stands at 0x%x, inside of a context of %d bytes",
          base,
          layout.contextBytes());
    }
  }
}
