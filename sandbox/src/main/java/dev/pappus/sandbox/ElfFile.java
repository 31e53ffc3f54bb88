package dev.pappus.sandbox;

import dev.pappus.model.Problem;
import dev.pappus.model.ProblemCode;
import dev.pappus.model.ProblemException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A private copy of a file under examination: every access is checked against its length. */
final class ElfFile {
  static final String HINT_BUILD =
      "build it with 'pappus build x.c', or link a static x86-64 executable";

  static final String HINT_STATIC =
      "link it statically: gcc -static, musl-gcc -static (musl-gcc -static-pie makes a dynamic file"
          + " on Debian), rustc -C target-feature=+crt-static";

  private final MemorySegment bytes;

  ElfFile(MemorySegment file) {
    byte[] copy = new byte[Math.toIntExact(file.byteSize())];
    MemorySegment.copy(file, 0, MemorySegment.ofArray(copy), 0, copy.length);
    bytes = MemorySegment.ofArray(copy).asReadOnly();
  }

  long size() {
    return bytes.byteSize();
  }

  int u8(long offset) {
    return Byte.toUnsignedInt(bytes.get(java.lang.foreign.ValueLayout.JAVA_BYTE, offset));
  }

  int u16(long offset) {
    return Short.toUnsignedInt(bytes.get(GuestAbi.U16, offset));
  }

  long u32(long offset) {
    return Integer.toUnsignedLong(bytes.get(GuestAbi.U32, offset));
  }

  /** An unsigned 64-bit number; those from 2⁶³ up come out negative. */
  long u64(long offset) {
    return bytes.get(GuestAbi.U64, offset);
  }

  /**
   * Fails unless {@code [offset, offset + length)} lies in the file; both may be any 64-bit number.
   */
  void require(String what, long offset, long length) {
    if (offset < 0 || length < 0 || offset > size() || length > size() - offset) {
      throw bad(
          "the file may have been cut off while it was copied; " + HINT_BUILD,
          "%s (%s bytes at offset %s) reaches beyond the end of the file (%d bytes)",
          what,
          Long.toUnsignedString(length),
          Long.toUnsignedString(offset),
          size());
    }
  }

  MemorySegment slice(String what, long offset, long length) {
    require(what, offset, length);
    return bytes.asSlice(offset, length);
  }

  /**
   * The NUL-terminated text at {@code offset}, where {@code [offset, limit)} is in the file; null
   * if no NUL ends it within {@code lengthMax} bytes. Bytes outside printable ASCII become '?'.
   */
  @Nullable String text(long offset, long limit, int lengthMax) {
    StringBuilder text = new StringBuilder();
    for (long at = offset; at < limit && text.length() <= lengthMax; at++) {
      int each = u8(at);
      if (each == 0) {
        return text.toString();
      }
      text.append(each > ' ' && each < 0x7F ? (char) each : '?');
    }
    return null;
  }

  /** Whether exactly {@code name} and a NUL stand at {@code offset} below {@code limit}. */
  boolean isText(long offset, long limit, String name) {
    if (limit - offset <= name.length() || u8(offset + name.length()) != 0) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      if (u8(offset + i) != name.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  static ProblemException bad(String hint, String detail, @Nullable Object... arguments) {
    return new ProblemException(
        Problem.of(ProblemCode.BAD_BINARY, detail, arguments).withHint(hint));
  }
}
