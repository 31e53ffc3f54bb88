package dev.pappus.sandbox;

import dev.pappus.model.ItemBytes;
import java.lang.foreign.MemorySegment;

/** A context in an array. */
final class ArrayMemory implements GuestMemory {
  private final MemorySegment memory;

  ArrayMemory(int bytes) {
    memory = MemorySegment.ofArray(new byte[bytes]);
  }

  @Override
  public long sizeBytes() {
    return memory.byteSize();
  }

  @Override
  public void write(long address, ItemBytes source) {
    source.copyTo(0, memory.asSlice(address, source.sizeBytes()));
  }

  @Override
  public void read(long address, MemorySegment target) {
    MemorySegment.copy(memory, address, target, 0, target.byteSize());
  }

  long u64(long address) {
    return memory.get(GuestAbi.U64, address);
  }

  void u64(long address, long value) {
    memory.set(GuestAbi.U64, address, value);
  }

  byte[] bytes(long address, long length) {
    return memory.asSlice(address, length).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
  }
}
