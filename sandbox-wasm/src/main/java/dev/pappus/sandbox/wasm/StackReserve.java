package dev.pappus.sandbox.wasm;

import java.util.List;
import run.endive.runtime.OpcodeImpl;
import run.endive.runtime.TrapException;
import run.endive.runtime.WasmInterruptedException;
import run.endive.runtime.WasmRuntimeException;
import run.endive.wasm.WasmEngineException;

/**
 * Has a stack overflow happen before the platform's own code runs, not in the middle of it: a guest
 * may call a function of ours with hardly any stack left, and an overflow while a class is being
 * initialised would spoil that class for the whole node.
 */
final class StackReserve {
  /** With frames of about 150 bytes, room for what functions of WASI need, several times over. */
  private static final int FRAMES = 400;

  /** What may be needed first when there is hardly any stack left. */
  private static final List<Class<?>> NEEDED =
      List.of(
          StackReserve.class,
          WasiFunction.class,
          WasiFunction.Exit.class,
          Errno.class,
          FlatMemory.class,
          BoundedTable.class,
          OpcodeImpl.class,
          TrapException.class,
          WasmEngineException.class,
          WasmRuntimeException.class,
          WasmInterruptedException.class);

  private StackReserve() {}

  /** Has those classes initialised that generated code uses before anything can be checked. */
  static void prepare() {
    for (Class<?> each : NEEDED) {
      try {
        Class.forName(each.getName(), true, each.getClassLoader());
      } catch (ClassNotFoundException e) {
        throw new IllegalStateException("a class that is there cannot be found", e);
      }
    }
    require();
  }

  /** Fails with a {@link StackOverflowError} unless about 64 KiB of stack are left. */
  static void require() {
    descend(FRAMES, 1, 2, 3, 4, 5, 6, 7, 8);
  }

  /** The numbers only make frames large; used after the call, they stay on the stack. */
  private static long descend(
      int frames, long a, long b, long c, long d, long e, long f, long g, long h) {
    if (frames == 0) {
      return a;
    }
    long deeper = descend(frames - 1, b, c, d, e, f, g, h, a + frames);
    return deeper + a + b + c + d + e + f + g + h;
  }
}
