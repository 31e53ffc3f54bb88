package dev.pappus.bench;

import java.util.List;

/**
 * Work that is done both in a sandbox and natively, from one source with one set of flags.
 *
 * @param name shown in reports
 * @param function name of the function, and of its files in the guest build folder
 * @param input the function's input set
 * @param argument the number that it is given
 * @param symbol the same work in the native library
 * @param roomBytes memory that the native side works in
 * @param touchedBytes memory that the work writes
 */
record BenchCase(
    String name,
    String function,
    String input,
    long argument,
    String symbol,
    long roomBytes,
    long touchedBytes) {
  static final BenchCase NOP = touch("nop", 0);
  static final BenchCase TOUCH_64K = touch("touch 64 KiB", 64 << 10);
  static final BenchCase MATMUL_128 = matmul(128);

  /** As MATMUL_128, but of a function that does not end by itself. */
  static final BenchCase HOLD =
      new BenchCase("hold", "hold", "n", 128, "pappus_native_matmul", 0, MATMUL_128.touchedBytes());

  /** As MATMUL_128 with nothing to multiply. */
  static final BenchCase MATMUL_0 = matmul(0);

  /** All that are measured against native code, cheapest first. */
  static final List<BenchCase> ALL =
      List.of(
          NOP,
          touch("touch 4 KiB", 4 << 10),
          TOUCH_64K,
          touch("touch 1 MiB", 1 << 20),
          touch("touch 8 MiB", 8 << 20),
          MATMUL_128);

  private static BenchCase touch(String name, long bytes) {
    return new BenchCase(
        name, "touch", "bytes", bytes, "pappus_native_touch", Math.max(64, bytes), bytes);
  }

  private static BenchCase matmul(long n) {
    long bytes = 3 * n * n * Long.BYTES;
    return new BenchCase(
        "matmul " + n + "x" + n,
        "matmul_n",
        "n",
        n,
        "pappus_native_matmul",
        Math.max(64, bytes),
        bytes);
  }
}
