package dev.pappus.sandbox.wasm;

import dev.pappus.model.ItemBytes;
import dev.pappus.sandbox.GuestMemory;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import run.endive.runtime.ConstantEvaluators;
import run.endive.runtime.Instance;
import run.endive.runtime.Memory;
import run.endive.runtime.TrapException;
import run.endive.wasm.UninstantiableException;
import run.endive.wasm.types.ActiveDataSegment;
import run.endive.wasm.types.DataSegment;
import run.endive.wasm.types.MemoryLimits;
import run.endive.wasm.types.PassiveDataSegment;

/**
 * A module's linear memory: one array, which grows by doubling up to the context's size. An address
 * outside of {@link #sizeBytes} is a trap, also where the array already reaches further. Belongs to
 * one run and its thread.
 */
final class FlatMemory implements Memory, GuestMemory {
  private static final VarHandle SHORTS =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle FLOATS =
      MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle DOUBLES =
      MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.LITTLE_ENDIAN);

  private final MemoryLimits limits;
  private final MemorySpace space;
  private final @Nullable WasiRun wasi;
  private byte[] bytes;
  private int size;
  private DataSegment @Nullable [] segments;

  /**
   * A memory of its initial size, all zero.
   *
   * @param limits what the module asks for; its maximum holds as well as the context's size
   * @param wasi what the functions of WASI work on, found here by those that get the memory
   * @throws UninstantiableException if the context is smaller
   */
  FlatMemory(MemoryLimits limits, MemorySpace space, @Nullable WasiRun wasi) {
    this.limits = limits;
    this.space = space;
    this.wasi = wasi;
    long initial = (long) limits.initialPages() * PAGE_SIZE;
    if (limits.initialPages() > RUNTIME_MAX_PAGES || !space.take(initial)) {
      throw new UninstantiableException("the module's memory is larger than its context");
    }
    size = (int) initial;
    bytes = space.array(size, 0);
  }

  /** What the functions of WASI work on. */
  WasiRun wasi() {
    return Objects.requireNonNull(wasi);
  }

  @Override
  public int pages() {
    return size / PAGE_SIZE;
  }

  @Override
  public int grow(int pages) {
    StackReserve.require();
    int before = pages();
    if (pages < 0 || pages > maximumPages() - before || !space.take((long) pages * PAGE_SIZE)) {
      return -1;
    }
    int wanted = (before + pages) * PAGE_SIZE;
    if (wanted > bytes.length) {
      long largest = Math.min(space.available() + wanted, (long) RUNTIME_MAX_PAGES * PAGE_SIZE);
      byte[] larger =
          space.array((int) Math.max(wanted, Math.min(2L * bytes.length, largest)), bytes.length);
      System.arraycopy(bytes, 0, larger, 0, size);
      bytes = larger;
    }
    size = wanted;
    return before;
  }

  @Override
  public int initialPages() {
    return limits.initialPages();
  }

  @Override
  public int maximumPages() {
    return Math.min(limits.maximumPages(), RUNTIME_MAX_PAGES);
  }

  @Override
  public void initialize(Instance instance, DataSegment[] dataSegments) {
    segments = dataSegments;
    for (DataSegment segment : dataSegments) {
      if (segment instanceof ActiveDataSegment active) {
        int offset =
            (int) ConstantEvaluators.computeConstantValue(instance, active.offsetInstructions())[0];
        byte[] data = active.data();
        if (!isInside(offset, data.length)) {
          throw new UninstantiableException("out of bounds memory access");
        }
        System.arraycopy(data, 0, bytes, offset, data.length);
      }
    }
  }

  @Override
  public void initialize(Instance instance, DataSegment[] dataSegments, int memoryIndex) {
    // Modules with several memories are refused.
    initialize(instance, dataSegments);
  }

  @Override
  public void initPassiveSegment(int segment, int address, int offset, int length) {
    byte[] data = Objects.requireNonNull(segments)[segment].data();
    if (length < 0 || offset < 0 || offset > data.length - length) {
      throw outOfBounds();
    }
    check(address, length);
    System.arraycopy(data, offset, bytes, address, length);
  }

  @Override
  public void drop(int segment) {
    Objects.requireNonNull(segments)[segment] = PassiveDataSegment.EMPTY;
  }

  private boolean isInside(int address, int length) {
    return address >= 0 && length >= 0 && address <= size - length;
  }

  private void check(int address, int length) {
    if (!isInside(address, length)) {
      throw outOfBounds();
    }
  }

  private static TrapException outOfBounds() {
    return new TrapException("out of bounds memory access");
  }

  @Override
  public void write(int address, byte[] data, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, data.length);
    check(address, length);
    System.arraycopy(data, offset, bytes, address, length);
  }

  @Override
  public byte[] readBytes(int address, int length) {
    check(address, length);
    return Arrays.copyOfRange(bytes, address, address + length);
  }

  @Override
  public byte read(int address) {
    check(address, Byte.BYTES);
    return bytes[address];
  }

  @Override
  public void writeByte(int address, byte value) {
    check(address, Byte.BYTES);
    bytes[address] = value;
  }

  @Override
  public short readShort(int address) {
    check(address, Short.BYTES);
    return (short) SHORTS.get(bytes, address);
  }

  @Override
  public long readU16(int address) {
    return Short.toUnsignedLong(readShort(address));
  }

  @Override
  public void writeShort(int address, short value) {
    check(address, Short.BYTES);
    SHORTS.set(bytes, address, value);
  }

  @Override
  public int readInt(int address) {
    check(address, Integer.BYTES);
    return (int) INTS.get(bytes, address);
  }

  @Override
  public void writeI32(int address, int value) {
    check(address, Integer.BYTES);
    INTS.set(bytes, address, value);
  }

  @Override
  public long readLong(int address) {
    check(address, Long.BYTES);
    return (long) LONGS.get(bytes, address);
  }

  @Override
  public void writeLong(int address, long value) {
    check(address, Long.BYTES);
    LONGS.set(bytes, address, value);
  }

  @Override
  public float readFloat(int address) {
    check(address, Float.BYTES);
    return (float) FLOATS.get(bytes, address);
  }

  @Override
  public long readF32(int address) {
    return readInt(address);
  }

  @Override
  public void writeF32(int address, float value) {
    check(address, Float.BYTES);
    FLOATS.set(bytes, address, value);
  }

  @Override
  public double readDouble(int address) {
    check(address, Double.BYTES);
    return (double) DOUBLES.get(bytes, address);
  }

  @Override
  public long readF64(int address) {
    return readLong(address);
  }

  @Override
  public void writeF64(int address, double value) {
    check(address, Double.BYTES);
    DOUBLES.set(bytes, address, value);
  }

  /** Nothing to do: the engine calls this once, on memory that is new. */
  @Override
  public void zero() {}

  @Override
  public void fill(byte value, int from, int to) {
    check(from, to - from);
    Arrays.fill(bytes, from, to, value);
  }

  @Override
  public void copy(int to, int from, int length) {
    check(to, length);
    check(from, length);
    System.arraycopy(bytes, from, bytes, to, length);
  }

  @Override
  public long sizeBytes() {
    return size;
  }

  @Override
  public void write(long address, ItemBytes source) {
    source.copyTo(0, view(address, source.sizeBytes()));
  }

  @Override
  public void read(long address, MemorySegment target) {
    MemorySegment.copy(view(address, target.byteSize()), 0, target, 0, target.byteSize());
  }

  /**
   * The memory's own bytes, until it grows.
   *
   * @throws IndexOutOfBoundsException if they are not inside
   */
  MemorySegment view(long address, long length) {
    Objects.checkFromIndexSize(address, length, (long) size);
    return MemorySegment.ofArray(bytes).asSlice(address, length);
  }

  @Override
  public boolean shared() {
    return false;
  }

  // Modules with atomics are refused: the rest cannot be called.

  @Override
  @Deprecated
  @SuppressWarnings("removal")
  public Object lock(int address) {
    throw new UnsupportedOperationException();
  }

  @Override
  @Deprecated
  @SuppressWarnings("removal")
  public int waitOn(int address, int expected, long timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  @Deprecated
  @SuppressWarnings("removal")
  public int waitOn(int address, long expected, long timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  @Deprecated
  @SuppressWarnings("removal")
  public int notify(int address, int threads) {
    throw new UnsupportedOperationException();
  }
}
