package dev.pappus.bench.systems;

import dev.pappus.bench.Unavailable;
import dev.pappus.linux.NativeFunction;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * The object code of function {@code matmul_n}, called in this process. Any thread may use it; each
 * has its own matrices.
 */
public final class Matmul {
  private static final String LIBRARY = "libpappus-native.so";
  private static final long ALIGNMENT = 4096;

  /** As the function has it. */
  static final int SIZE_MAX = 8192;

  private final NativeFunction function;
  private final long size;
  private final ThreadLocal<MemorySegment> room;

  /**
   * For matrices of one size.
   *
   * @throws Unavailable if the library is not built
   */
  public Matmul(Path guestBuild, int size) throws Unavailable {
    Path library = guestBuild.resolve(LIBRARY);
    Unavailable.requireBuilt(library);
    this.function = NativeFunction.load(library, "pappus_native_matmul");
    this.size = size;
    long bytes = Math.max(Long.BYTES, 3L * size * size * Long.BYTES);
    this.room = ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(bytes, ALIGNMENT));
  }

  /** Multiplies; the checksum as the function writes it. */
  public byte[] run() {
    return bytes(function.call(size, room.get().address()));
  }

  /** A checksum as eight bytes. */
  static byte[] bytes(long checksum) {
    return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(checksum).array();
  }
}
