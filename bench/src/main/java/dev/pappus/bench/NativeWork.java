package dev.pappus.bench;

import dev.pappus.linux.NativeFunction;
import java.lang.foreign.Arena;
import java.nio.file.Path;

/** The native side of a case. One thread. */
final class NativeWork implements AutoCloseable {
  private static final long ALIGNMENT = 4096;

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

  @Override
  public void close() {
    arena.close();
  }
}
