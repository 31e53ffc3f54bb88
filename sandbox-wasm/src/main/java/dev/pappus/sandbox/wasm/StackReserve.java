package dev.pappus.sandbox.wasm;

/**
 * Has a stack overflow happen before the platform's own code runs, not in the middle of it: a guest
 * may call a function of ours with hardly any stack left, and an overflow while a class is being
 * initialised would spoil that class for the whole node.
 */
final class StackReserve {
  /** With frames of about 150 bytes, room for what functions of WASI need, several times over. */
  private static final int FRAMES = 400;

  private StackReserve() {}

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
