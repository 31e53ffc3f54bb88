package dev.pappus.sandbox.kvm;

import dev.pappus.linux.Mapping;
import dev.pappus.sandbox.ElfImage;
import dev.pappus.sandbox.GuestLayout;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.List;

/**
 * Hand-assembled guests of a few bytes, to warm machines up and to test hosts with. Code stands at
 * {@link #CODE}, readable and executable; 32 zero pages at {@link #DATA}, readable and writable.
 */
final class TinyGuest {
  static final long CODE = 0x1_0000;
  static final long DATA = 0x2_0000;
  static final int DATA_PAGES = 32;
  private static final long CONTEXT_BYTES = 128L << 20;

  /** {@code out 0x10, al}: the agreed exit. */
  static final GuestCode EXIT = of("E6 10");

  private TinyGuest() {}

  /** A guest of these bytes, in hexadecimal. */
  static GuestCode of(String code) {
    byte[] bytes = HexFormat.of().parseHex(code.replace(" ", ""));
    return GuestCode.of(
        GuestLayout.of(CONTEXT_BYTES),
        CODE,
        List.of(
            new ElfImage.Segment(
                CODE, MemorySegment.ofArray(bytes), bytes.length, true, false, true),
            new ElfImage.Segment(
                DATA,
                MemorySegment.ofArray(new byte[0]),
                DATA_PAGES * Mapping.PAGE,
                true,
                true,
                false)),
        null);
  }
}
