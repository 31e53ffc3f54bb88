package dev.pappus.server;

/**
 * A process for {@link HeapGrowthTest}: makes large garbage, and says how large its heap was at
 * most, and how much of it was alive at the end.
 */
final class HeapGrowthMain {
  private static final int BLOCK_BYTES = 4 << 20;

  private HeapGrowthMain() {}

  /** How many blocks are made, and how many of them are alive at a time. */
  public static void main(String[] arguments) {
    int blocks = Integer.parseInt(arguments[0]);
    byte[][] alive = new byte[Integer.parseInt(arguments[1])][];
    HeapGrowth.restrain();
    Runtime runtime = Runtime.getRuntime();
    long mostBytes = 0;
    for (int i = 0; i < blocks; i++) {
      alive[i % alive.length] = new byte[BLOCK_BYTES];
      mostBytes = Math.max(mostBytes, runtime.totalMemory());
    }
    for (byte[] each : alive) {
      if (each == null || each.length != BLOCK_BYTES) {
        throw new IllegalStateException("a block that is alive was lost");
      }
    }
    System.out.println(mostBytes >> 20);
  }
}
