package dev.pappus.sandbox;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** What a function's binary is, by its first bytes; nothing beyond them has been looked at. */
public enum BinaryKind {
  /** A native program, for {@code kvm} and {@code process}. */
  ELF("native program", 0x464C457F),
  /** A WebAssembly module, for {@code wasm}. */
  WASM("WebAssembly module", 0x6D736100);

  /** Bytes that {@link #of} looks at. */
  public static final int MAGIC_BYTES = 4;

  private final String text;
  private final int magic;

  BinaryKind(String text, int magic) {
    this.text = text;
    this.magic = magic;
  }

  /** In words, without an article. */
  public String text() {
    return text;
  }

  /** The kind of {@code binary}, which may be its beginning alone; null if it is neither. */
  public static @Nullable BinaryKind of(MemorySegment binary) {
    if (binary.byteSize() < MAGIC_BYTES) {
      return null;
    }
    int magic = binary.get(GuestAbi.U32, 0);
    for (BinaryKind kind : values()) {
      if (kind.magic == magic) {
        return kind;
      }
    }
    return null;
  }
}
