package dev.pappus.sandbox;

import static dev.pappus.sandbox.ElfFile.bad;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A place in a piece of a WebAssembly module; reading beyond its end is a bad binary. */
final class WasmCursor {
  private static final String HINT =
      "the file may have been cut off while it was copied; build it again";

  private final MemorySegment bytes;
  private long at;

  WasmCursor(MemorySegment bytes) {
    this.bytes = bytes;
  }

  boolean hasRemaining() {
    return at < bytes.byteSize();
  }

  int u8() {
    if (!hasRemaining()) {
      throw bad(HINT, "the WebAssembly module ends inside a section");
    }
    return Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, at++));
  }

  /** An unsigned LEB128 number of 32 bits: at most five bytes. */
  long u32() {
    long value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      int each = u8();
      value |= (long) (each & 0x7F) << shift;
      if (each < 0x80) {
        if (value > 0xFFFF_FFFFL) {
          break;
        }
        return value;
      }
    }
    throw bad(HINT, "the WebAssembly module has a number of more than 32 bits");
  }

  MemorySegment slice(long length) {
    if (length > bytes.byteSize() - at) {
      throw bad(
          HINT, "a section of %d bytes reaches beyond the end of the WebAssembly module", length);
    }
    at += length;
    return bytes.asSlice(at - length, length);
  }

  MemorySegment rest() {
    return slice(bytes.byteSize() - at);
  }
}
