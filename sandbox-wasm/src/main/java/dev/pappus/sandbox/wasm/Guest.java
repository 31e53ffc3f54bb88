package dev.pappus.sandbox.wasm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Guest memory as functions of WASI see it: every pointer is checked, and one that leads outside is
 * {@link Errno#FAULT}.
 */
final class Guest {
  /** Buffers in one call of a scattered read or write. */
  private static final int BUFFERS_MAX = 1024;

  private static final int BUFFER_RECORD_BYTES = 8;

  private static final ValueLayout.OfLong U64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort U16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final FlatMemory memory;

  Guest(FlatMemory memory) {
    this.memory = memory;
  }

  /** A piece of memory; an address beyond 32 bits, as a sum may be, is outside like any other. */
  MemorySegment piece(long address, long length) {
    if (address < 0 || length < 0 || length > memory.sizeBytes() - address) {
      throw Errno.of(Errno.FAULT);
    }
    return memory.view(address, length);
  }

  byte[] bytes(long address, long length) {
    return piece(address, length).toArray(ValueLayout.JAVA_BYTE);
  }

  void write(long address, byte[] bytes) {
    MemorySegment.copy(
        MemorySegment.ofArray(bytes), 0, piece(address, bytes.length), 0, bytes.length);
  }

  int u32(long address) {
    return piece(address, Integer.BYTES).get(U32, 0);
  }

  int u16(long address) {
    return Short.toUnsignedInt(piece(address, Short.BYTES).get(U16, 0));
  }

  int u8(long address) {
    return Byte.toUnsignedInt(piece(address, 1).get(ValueLayout.JAVA_BYTE, 0));
  }

  long u64(long address) {
    return piece(address, Long.BYTES).get(U64, 0);
  }

  void putU32(long address, long value) {
    piece(address, Integer.BYTES).set(U32, 0, (int) value);
  }

  void putU64(long address, long value) {
    piece(address, Long.BYTES).set(U64, 0, value);
  }

  /** A record of fixed size, to be filled; it is all zero at first. */
  Fields fields(long address, int bytes) {
    return new Fields(piece(address, bytes).fill((byte) 0));
  }

  /** The pieces that a list of buffers names, at most {@value #BUFFERS_MAX}. */
  List<MemorySegment> buffers(long address, long count) {
    if (count < 0 || count > BUFFERS_MAX) {
      throw Errno.of(Errno.INVAL);
    }
    List<MemorySegment> buffers = new ArrayList<>((int) count);
    for (long i = 0; i < count; i++) {
      long at = address + i * BUFFER_RECORD_BYTES;
      buffers.add(
          piece(Integer.toUnsignedLong(u32(at)), Integer.toUnsignedLong(u32(at + Integer.BYTES))));
    }
    return buffers;
  }

  /** A record under construction. */
  record Fields(MemorySegment bytes) {
    Fields u8(int offset, int value) {
      bytes.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
      return this;
    }

    Fields u16(int offset, int value) {
      bytes.set(U16, offset, (short) value);
      return this;
    }

    Fields u32(int offset, int value) {
      bytes.set(U32, offset, value);
      return this;
    }

    Fields u64(int offset, long value) {
      bytes.set(U64, offset, value);
      return this;
    }
  }
}
