package dev.pappus.sandbox.wasm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import run.endive.runtime.ByteArrayMemory;
import run.endive.runtime.Memory;
import run.endive.runtime.TrapException;
import run.endive.wasm.UninstantiableException;
import run.endive.wasm.WasmEngineException;
import run.endive.wasm.types.MemoryLimits;

/**
 * The memory does what the engine's own, slower one does, for random operations at random and at
 * odd addresses; and it keeps to its bounds.
 */
class FlatMemoryTest {
  private static final long SEED = Long.getLong("pappus.seed", 20260101L);
  private static final int PAGE = Memory.PAGE_SIZE;
  private static final String TRAP = "trap";

  private final MemorySpace.NodeMemory node = new MemorySpace.NodeMemory(1L << 30);

  private FlatMemory memory(int initial, int maximum, long contextBytes) {
    return new FlatMemory(
        new MemoryLimits(initial, maximum), new MemorySpace(contextBytes, node), null);
  }

  /** What an operation gives back: a value, or that it trapped. */
  private static Object outcome(Memory memory, Function<Memory, Object> operation) {
    try {
      return operation.apply(memory);
    } catch (WasmEngineException e) {
      return TRAP;
    }
  }

  @Test
  void randomOperationsDoWhatTheEnginesOwnMemoryDoes() {
    Random random = new Random(SEED);
    FlatMemory flat = memory(1, 8, 1 << 30);
    Memory reference = new ByteArrayMemory(new MemoryLimits(1, 8));
    for (int step = 0; step < 200_000; step++) {
      int kind = random.nextInt(21);
      int a = address(random, flat.pages());
      int b = address(random, flat.pages());
      long value = random.nextLong();
      int length = random.nextInt(10) == 0 ? address(random, flat.pages()) : random.nextInt(200);
      Function<Memory, Object> operation = each -> apply(each, kind, a, b, value, length);
      assertThat(outcome(flat, operation))
          .as("seed %d step %d kind %d a %d b %d length %d", SEED, step, kind, a, b, length)
          .isEqualTo(outcome(reference, operation));
    }
    for (int page = 0; page < flat.pages(); page++) {
      assertThat(flat.readBytes(page * PAGE, PAGE))
          .isEqualTo(reference.readBytes(page * PAGE, PAGE));
    }
  }

  /** Mostly inside; often near a border of pages, of memory or of 32 bits. */
  private static int address(Random random, int pages) {
    int near = random.nextInt(24) - 12;
    return switch (random.nextInt(8)) {
      case 0 -> pages * PAGE + near;
      case 1 -> random.nextInt(pages + 1) * PAGE + near;
      case 2 -> Integer.MAX_VALUE + near;
      case 3 -> near;
      default -> random.nextInt(pages * PAGE);
    };
  }

  private static Object apply(Memory memory, int kind, int a, int b, long value, int length) {
    return switch (kind) {
      case 0 -> memory.read(a);
      case 1 -> memory.readShort(a);
      case 2 -> memory.readU16(a);
      case 3 -> memory.readInt(a);
      case 4 -> memory.readLong(a);
      case 5 -> Float.floatToRawIntBits(memory.readFloat(a));
      case 6 -> Double.doubleToRawLongBits(memory.readDouble(a));
      case 7 -> memory.readF32(a);
      case 8 -> memory.readF64(a);
      case 9 -> done(() -> memory.writeByte(a, (byte) value));
      case 10 -> done(() -> memory.writeShort(a, (short) value));
      case 11 -> done(() -> memory.writeI32(a, (int) value));
      case 12 -> done(() -> memory.writeLong(a, value));
      case 13 -> done(() -> memory.writeF32(a, Float.intBitsToFloat((int) value)));
      case 14 -> done(() -> memory.writeF64(a, Double.longBitsToDouble(value)));
      case 15 -> done(() -> memory.fill((byte) value, a, a + length));
      case 16 -> done(() -> memory.copy(a, b, length));
      case 17 -> done(() -> memory.write(a, new byte[] {1, 2, 3, 4, 5}, 1, 3));
      case 18 -> length < 0 ? TRAP : List.of(memory.readBytes(a, Math.min(length, 64) + 1)[0]);
      case 19 -> memory.pages();
      default -> value % 4000 == 0 ? memory.grow((int) (value % 3)) : -1;
    };
  }

  private static Object done(Runnable operation) {
    operation.run();
    return "done";
  }

  @Test
  void growingStopsAtTheModulesMaximumAndAtTheContext() {
    FlatMemory small = memory(1, 3, 1 << 30);
    assertThat(small.grow(2)).isEqualTo(1);
    assertThat(small.grow(1)).isEqualTo(-1);
    assertThat(small.grow(0)).isEqualTo(3);
    assertThat(small.grow(-1)).isEqualTo(-1);
    assertThat(small.grow(Integer.MIN_VALUE)).isEqualTo(-1);
    assertThat(small.grow(Integer.MAX_VALUE)).isEqualTo(-1);
    FlatMemory capped = memory(2, 65536, 5L * PAGE);
    assertThat(capped.grow(4)).isEqualTo(-1);
    assertThat(capped.grow(3)).isEqualTo(2);
    assertThat(capped.grow(1)).isEqualTo(-1);
    assertThat(capped.sizeBytes()).isEqualTo(5L * PAGE);
    capped.writeByte(5 * PAGE - 1, (byte) 1);
    assertThatThrownBy(() -> capped.writeByte(5 * PAGE, (byte) 1))
        .isInstanceOf(TrapException.class);
  }

  @Test
  void whatIsBeyondTheSizeTrapsAlthoughTheArrayIsLarger() {
    FlatMemory memory = memory(4, 100, 1 << 30);
    memory.grow(1);
    assertThat(memory.readLong(5 * PAGE - 8)).isZero();
    assertThatThrownBy(() -> memory.readLong(5 * PAGE - 7)).isInstanceOf(TrapException.class);
    assertThatThrownBy(() -> memory.read(5 * PAGE)).isInstanceOf(TrapException.class);
    assertThatThrownBy(() -> memory.read(7 * PAGE)).isInstanceOf(TrapException.class);
    assertThatThrownBy(() -> memory.fill((byte) 1, 5 * PAGE - 1, 5 * PAGE + 1))
        .isInstanceOf(TrapException.class);
    byte[] one = new byte[1];
    assertThatThrownBy(() -> memory.read(5L * PAGE, MemorySegment.ofArray(one)))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> memory.read(-1, MemorySegment.ofArray(one)))
        .isInstanceOf(IndexOutOfBoundsException.class);
    memory.grow(3);
    assertThat(memory.readBytes(5 * PAGE, 3 * PAGE)).containsOnly(0);
  }

  @Test
  void memoryOfTheNodeIsCountedAndGivenBack() {
    MemorySpace space = new MemorySpace(1 << 30, node);
    FlatMemory memory = new FlatMemory(new MemoryLimits(1, 1000), space, null);
    memory.grow(10);
    assertThat(node.reservedBytes()).isGreaterThanOrEqualTo(memory.sizeBytes());
    space.release();
    assertThat(node.reservedBytes()).isZero();
    MemorySpace tight = new MemorySpace(1 << 30, new MemorySpace.NodeMemory(4L * PAGE));
    FlatMemory poor = new FlatMemory(new MemoryLimits(1, 1000), tight, null);
    assertThatThrownBy(() -> poor.grow(10)).isInstanceOf(MemorySpace.NodeMemory.Exhausted.class);
    assertThatThrownBy(() -> memory(2, 3, PAGE)).isInstanceOf(UninstantiableException.class);
  }
}
