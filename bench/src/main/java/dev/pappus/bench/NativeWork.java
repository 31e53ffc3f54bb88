package dev.pappus.bench;

import dev.pappus.linux.NativeFunction;
import dev.pappus.sandbox.InstanceResult;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/** The native side of a case. One thread. */
final class NativeWork implements AutoCloseable {
  private static final long ALIGNMENT = 4096;
  private static final ValueLayout.OfLong CHECKSUM = ValueLayout.JAVA_LONG_UNALIGNED;

  private final Arena arena = Arena.ofConfined();
  private final NativeFunction function;
  private final long argument;
  private final long room;

  NativeWork(Path guestBuild, BenchCase work) {
    function = NativeFunction.load(guestBuild.resolve("libpappus-native.so"), work.symbol());
    argument = work.argument();
    room = arena.allocate(work.roomBytes(), ALIGNMENT).address();
  }

  /** Does it once; returns the checksum. */
  long run() {
    return function.call(argument, room);
  }

  /**
   * The checksum that a sandbox computed.
   *
   * @throws IllegalStateException if the function failed
   */
  static long checksum(InstanceResult result) {
    if (!result.succeeded()) {
      throw new IllegalStateException("a benchmark function failed: " + result.problem());
    }
    return result.outputs().getFirst().items().getFirst().data().get(CHECKSUM, 0);
  }

  /** Throws IllegalStateException if somebody computed something else than native code. */
  static void requireSame(long expected, long checksum) {
    if (checksum != expected) {
      throw new IllegalStateException(
          "the sandbox computed " + checksum + ", native code " + expected);
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
