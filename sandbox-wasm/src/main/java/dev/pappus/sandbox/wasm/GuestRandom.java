package dev.pappus.sandbox.wasm;

/** The random bytes of a run, the same in every run: SplitMix64 from seed 0, little-endian. */
final class GuestRandom {
  private long state;
  private long word;
  private int bytesLeft;

  /** Fills {@code bytes} with the next of the stream. */
  void fill(byte[] bytes) {
    for (int i = 0; i < bytes.length; i++) {
      if (bytesLeft == 0) {
        word = next();
        bytesLeft = Long.BYTES;
      }
      bytes[i] = (byte) word;
      word >>>= 8;
      bytesLeft--;
    }
  }

  private long next() {
    state += 0x9E3779B97F4A7C15L;
    long mixed = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
