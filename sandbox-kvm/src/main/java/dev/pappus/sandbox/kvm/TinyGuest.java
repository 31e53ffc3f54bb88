package dev.pappus.sandbox.kvm;

import dev.pappus.linux.Mapping;
import dev.pappus.sandbox.ElfImage;
import dev.pappus.sandbox.GuestLayout;
import dev.pappus.sandbox.LibosPlace;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
    return of(code, null);
  }

  /** The same, with system calls that arrive at {@code libos}. */
  static GuestCode of(String code, @Nullable LibosPlace libos) {
    byte[] bytes = HexFormat.of().parseHex(code.replace(" ", ""));
    GuestLayout layout = GuestLayout.of(CONTEXT_BYTES);
    List<ElfImage.Segment> segments =
        List.of(
            new ElfImage.Segment(
                CODE, MemorySegment.ofArray(bytes), bytes.length, true, false, true),
            new ElfImage.Segment(
                DATA,
                MemorySegment.ofArray(new byte[0]),
                DATA_PAGES * Mapping.PAGE,
                true,
                true,
                false));
    return GuestCode.of(layout, ElfImage.bare(layout, CODE, segments, DATA).withLibos(libos));
  }
}
